package duckdb

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"

	"github.com/cogtrail/cogtrail/internal/query/accel"
)

// process is one child. It is used by one query at a time; kill may be called at any time.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	err lastBytes

	once sync.Once
}

// start runs the child with nothing of this process's environment: it needs no secret.
func start(opt *Options) (*process, error) {
	exe := opt.Executable
	if exe == "" {
		var err error
		if exe, err = ownBinary(); err != nil {
			return nil, fmt.Errorf("find own binary: %w", err)
		}
	}
	c := &process{cmd: exec.Command(exe, opt.Args...)}
	c.cmd.Args[0] = "cogtrail-accelerator" // what lists of processes show
	c.cmd.Env = []string{childVariable + "=1"}
	if root := os.Getenv("SYSTEMROOT"); root != "" { // without it no Windows process starts
		c.cmd.Env = append(c.cmd.Env, "SYSTEMROOT="+root)
	}
	c.cmd.Stderr = &c.err
	detach(c.cmd)
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.in, c.out = in, bufio.NewReaderSize(out, 64<<10)
	return c, nil
}

// kill ends the child at once.
func (c *process) kill() { _ = c.cmd.Process.Kill() }

// finish asks an idle child to end.
func (c *process) finish() { _ = c.in.Close() }

// wait returns when the child is gone.
func (c *process) wait() {
	c.once.Do(func() {
		_ = c.in.Close()
		_ = c.cmd.Wait() // how a child ends that is not needed any more does not matter
	})
}

func (c *process) output() string { return c.err.String() }

// engineError is a failure the child reports while being well.
type engineError string

func (e engineError) Error() string { return string(e) }

// callerError is a failure of the function that takes rows.
type callerError struct{ error }

// ask sends a query and reads its answer.
func (c *process) ask(q *header, row func(int, []accel.Cell) error) error {
	if err := writeFrame(c.in, q, nil); err != nil {
		return fmt.Errorf("send query: %w", err)
	}
	left := q.Settings.ResultBytes + batchBytes
	for {
		h, body, err := readFrame(c.out)
		if err != nil {
			return fmt.Errorf("read answer: %w", err)
		}
		switch h.Kind {
		case kindDone:
			return nil
		case kindFailed:
			return engineError(h.Error)
		case kindRows:
		default:
			return fmt.Errorf("frame %q: %w", h.Kind, errFrame)
		}
		if left -= int64(len(body)); left < 0 || h.Statement < 0 || h.Statement >= len(q.Statements) {
			return fmt.Errorf("rows beyond what was asked: %w", errFrame)
		}
		err = readRows(h, body, func(cells []accel.Cell) error {
			if err := row(h.Statement, cells); err != nil {
				return callerError{err}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// lastBytes keeps the end of what is written to it.
type lastBytes struct {
	mu sync.Mutex
	b  []byte
}

const keptOutput = 4096

func (l *lastBytes) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b = append(l.b, p...)
	if n := len(l.b) - keptOutput; n > 0 {
		l.b = append(l.b[:0], l.b[n:]...)
	}
	return len(p), nil
}

func (l *lastBytes) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.b)
}
