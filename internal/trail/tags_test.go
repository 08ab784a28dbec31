package trail_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/trail"
)

func TestTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(w, w.s.CreateTrail, plain("main"))
	state := base("main")
	listed := func(want string) {
		t.Helper()
		call(w, w.s.ListTags, &cloudtrail.ListTagsInput{ResourceIdList: []string{mainARN}}).want(t, `{"ResourceTagList":[{"ResourceId":"`+mainARN+`","TagsList":`+want+`}]}`)
		w.want(state)
	}
	listed(`[]`)
	a, b, c := cloudtrail.Tag{Key: "a", Value: new("1")}, cloudtrail.Tag{Key: "b"}, cloudtrail.Tag{Key: "a", Value: new("2")}
	call(w, w.s.AddTags, &cloudtrail.AddTagsInput{ResourceId: mainARN, TagsList: []cloudtrail.Tag{a, b}}).want(t, `{}`)
	state.Tags = []cloudtrail.Tag{a, b}
	listed(`[{"Key":"a","Value":"1"},{"Key":"b"}]`)
	call(w, w.s.AddTags, &cloudtrail.AddTagsInput{ResourceId: mainARN, TagsList: []cloudtrail.Tag{c}}).want(t, `{}`)
	state.Tags = []cloudtrail.Tag{b, c}
	listed(`[{"Key":"b"},{"Key":"a","Value":"2"}]`)
	// Only the key counts, and what is not there is no error.
	call(w, w.s.RemoveTags, &cloudtrail.RemoveTagsInput{ResourceId: mainARN, TagsList: []cloudtrail.Tag{{Key: "a", Value: new("9")}, {Key: "zzz"}}}).want(t, `{}`)
	state.Tags = []cloudtrail.Tag{b}
	listed(`[{"Key":"b"}]`)
}

func TestTags_Refusals(t *testing.T) {
	t.Parallel()
	const unknown = mainARN + "2"
	list := func(w *world, id string) answer {
		return call(w, w.s.ListTags, &cloudtrail.ListTagsInput{ResourceIdList: []string{mainARN, id}})
	}
	add := func(w *world, id string) answer {
		return call(w, w.s.AddTags, &cloudtrail.AddTagsInput{ResourceId: id, TagsList: []cloudtrail.Tag{{Key: "a"}}})
	}
	remove := func(w *world, id string) answer {
		return call(w, w.s.RemoveTags, &cloudtrail.RemoveTagsInput{ResourceId: id, TagsList: []cloudtrail.Tag{{Key: "k0"}}})
	}
	for name, run := range map[string]func(*world, string) answer{"list": list, "add": add, "remove": remove} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			in := plain("main")
			in.TagsList = many(50)
			must(w, w.s.CreateTrail, in)
			state := with(base("main"), func(r *trail.Row) { r.Tags = many(50) })
			run(w, "main").refused(t, "CloudTrailARNInvalidException", "The ARN main is not valid.")
			run(w, unknown).refused(t, "ResourceNotFoundException", "Unknown trail: "+unknown+" for the user: 111122223333")
			run(w, "arn:aws:sns:us-east-1:111122223333:x").refused(t, "CloudTrailARNInvalidException", "The ARN arn:aws:sns:us-east-1:111122223333:x is not valid.")
			w.want(state)
		})
	}
	t.Run("51st tag", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		in := plain("main")
		in.TagsList = many(50)
		must(w, w.s.CreateTrail, in)
		add(w, mainARN).refused(t, "TagsLimitExceededException", "The number of tags per trail has exceeded the permitted amount. Currently, the limit is 50.")
		w.want(with(base("main"), func(r *trail.Row) { r.Tags = many(50) }))
		// A known key takes no further place.
		must(w, w.s.AddTags, &cloudtrail.AddTagsInput{ResourceId: mainARN, TagsList: []cloudtrail.Tag{{Key: "k7", Value: new("v")}}})
	})
}
