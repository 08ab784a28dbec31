package crash

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

var (
	campaign = flag.Bool("campaign", false, "run the numbers of -kills and -faults")
	kills    = flag.Int("kills", 500, "kills of a campaign")
	faults   = flag.Int("faults", 2000, "system call faults of a campaign")
	seed     = flag.Uint64("seed", 0, "seed of random choices; 0 takes the time")
	binary   string
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "cogtrail-crash-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if binary, err = server.Build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// random makes a test's own sequence of choices.
func random(t *testing.T) *rand.Rand {
	t.Logf("-seed %d", *seed)
	return rand.New(rand.NewPCG(*seed, 1))
}

// number is how often to do something: few in a test, many in a campaign.
func number(few, many int) int {
	if *campaign {
		return many
	}
	return few
}
