package userpool

import (
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// ImportStatus is the Status of a job that imports users.
type ImportStatus string

// The statuses of imports. Those between Pending and Stopping are active. [Cognito: UserImportJobType]
const (
	ImportCreated    ImportStatus = "Created"
	ImportPending    ImportStatus = "Pending"
	ImportInProgress ImportStatus = "InProgress"
	ImportStopping   ImportStatus = "Stopping"
	ImportExpired    ImportStatus = "Expired"
	ImportStopped    ImportStatus = "Stopped"
	ImportFailed     ImportStatus = "Failed"
	ImportSucceeded  ImportStatus = "Succeeded"
)

// ImportLife is how long a job may wait to be started. [Cognito: importing users from a CSV file]
const ImportLife = 24 * time.Hour

// ImportJob is one import of users from a file.
type ImportJob struct {
	Account string
	Region  string
	Pool    PoolID
	ID      string
	Name    string
	// Role writes the log of the import.
	Role      string
	Status    ImportStatus
	Created   time.Time
	Started   time.Time `json:",omitzero"`
	Completed time.Time `json:",omitzero"`
	// Touched is when the job last moved on.
	Touched  time.Time `json:",omitzero"`
	Imported int64
	Skipped  int64
	Failed   int64
	Message  string `json:",omitempty"`
	// Upload names the file in the blob store; empty until it is there.
	Upload string `json:",omitempty"`
	// Offset and Line are how many bytes and lines of the file are done, with all their users.
	Offset int64 `json:",omitempty"`
	Line   int64 `json:",omitempty"`
}

// Active tells that the import runs, or is about to.
func (j *ImportJob) Active() bool {
	return j.Status == ImportPending || j.Status == ImportInProgress || j.Status == ImportStopping
}

// ImportJobs holds the imports of all pools. Index active lets an account have one that runs. [Cognito: quotas]
var ImportJobs = store.Table[ImportJob]{
	Name: "userpool.imports",
	Key:  func(j *ImportJob) store.Key { return store.K(j.Account, j.Region, string(j.Pool), j.ID) },
	Indexes: []store.Index[ImportJob]{
		{Name: "created", Of: func(j *ImportJob) []store.Key {
			return []store.Key{store.K(j.Account, j.Region, string(j.Pool), j.Created.UnixMilli())}
		}},
		{Name: "active", Unique: true, Of: func(j *ImportJob) []store.Key {
			if !j.Active() {
				return nil
			}
			return []store.Key{store.K(j.Account)}
		}},
		{Name: expires, Of: func(j *ImportJob) []store.Key {
			if j.Status != ImportCreated {
				return nil
			}
			return []store.Key{store.K(j.Created.Add(ImportLife).UnixMilli())}
		}},
	},
}

// ActiveImport returns the import of an account that runs, or nil.
func ActiveImport(tx store.Tx, account string) (*ImportJob, error) {
	j, err := ImportJobs.Find(tx, "active", store.K(account))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for an import that runs: %w", err)
	}
	return j, nil
}

// NotImporting refuses a change of a pool into which users are being imported.
func NotImporting(tx store.Tx, p *Pool) error {
	j, err := ActiveImport(tx, p.Account)
	if err != nil || j == nil || j.Region != p.Region || j.Pool != p.ID {
		return err
	}
	return ImportRuns()
}

// ImportRuns answers what has to wait for the end of an import.
func ImportRuns() *schema.Error {
	return cognitoidp.UserImportInProgressException("A user import job is in progress.") // (inferred)
}
