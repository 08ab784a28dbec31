package export

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const pageSize = 50

// DescribeExportTasks shows one task, or lists those with a status.
func (s *Service) DescribeExportTasks(c *op.Call, in *api.DescribeExportTasksInput) (*api.DescribeExportTasksOutput, error) {
	out := &api.DescribeExportTasksOutput{ExportTasks: []api.ExportTask{}}
	if in.TaskId != nil {
		if in.StatusCode != nil {
			return nil, logs.Invalid("taskId and statusCode are mutually exclusive parameters.") // (inferred)
		}
		t, err := find(c.Tx, c.Account, c.Region, *in.TaskId)
		if err != nil {
			return nil, err
		}
		out.ExportTasks = append(out.ExportTasks, shape(t))
		return out, nil
	}
	code, under := logs.Text(in.StatusCode), store.K(c.Account, c.Region)
	pager := logs.Pager{Tokens: s.Tokens, Purpose: "logs.exports", Under: under, Binding: []string{c.Account, c.Region, code}}
	after, err := pager.After(in.NextToken)
	if err != nil {
		return nil, err
	}
	limit := pageSize
	if in.Limit != nil {
		limit = int(min(max(*in.Limit, 1), pageSize))
	}
	var last store.Key
	for t, err := range tasks.Scan(c.Tx, under, after) {
		if err != nil {
			return nil, fmt.Errorf("list export tasks: %w", err)
		}
		if len(out.ExportTasks) == limit {
			out.NextToken = pager.Next(last)
			break
		}
		last = tasks.Key(t)
		if code == "" || t.Code == code {
			out.ExportTasks = append(out.ExportTasks, shape(t))
		}
	}
	return out, nil
}

func shape(t *task) api.ExportTask {
	return api.ExportTask{
		TaskId: &t.ID, TaskName: logs.Present(t.Name), LogGroupName: &t.Group, From: &t.From, To: &t.To, Destination: &t.Bucket, DestinationPrefix: &t.Prefix,
		Status:        &api.ExportTaskStatus{Code: &t.Code, Message: logs.Present(t.Message)},
		ExecutionInfo: &api.ExportTaskExecutionInfo{CreationTime: &t.Created, CompletionTime: logs.PresentMS(t.Completed)},
	}
}
