package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"golang.org/x/term"
)

// demoCommand tells cogtrail's story on the terminal: an embedded server in a
// temporary folder, driven over the real wire by the official Go SDK.
func demoCommand(ctx context.Context, p *program, args []string) error {
	fs := p.flags("demo", "demo [--keep]")
	keep := fs.Bool("keep", false, "leave the server running afterwards, until interrupted")
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "cogtrail-demo-")
	if err != nil {
		return fmt.Errorf("make temporary folder: %w", err)
	}
	defer os.RemoveAll(dir) // best effort; it lies in the temporary folder
	c, err := loadConfig("", func(string) string { return "" })
	if err != nil {
		return err
	}
	c.Data, c.Listen, c.LogLevel = dir, "127.0.0.1:0", "error"
	c.Trail.Interval, c.Trail.DigestInterval = 2*time.Second, time.Hour
	c.Alarm.Every = 2 * time.Second
	c.Outbound.AllowPrivate = true // the demo's own alarm receiver is on loopback
	if err := c.finish(); err != nil {
		return err
	}
	t := &teller{w: p.stdout, start: time.Now()}
	if f, ok := p.stdout.(*os.File); ok {
		t.color = term.IsTerminal(int(f.Fd()))
	}
	t.title("cogtrail demo")
	s, err := newServer(ctx, c, func(string) string { return "" }, slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- s.run(serving) }()
	t.say("a server on %s, data in %s", s.config.PublicURL, dir)

	story := newStory(ctx, s, t)
	err = story.tell(ctx)
	if err == nil && *keep {
		t.say("")
		t.say("The server keeps running; interrupt to stop it. In another terminal:")
		t.say("  export AWS_ENDPOINT_URL=%s AWS_REGION=%s", s.config.PublicURL, c.Region)
		t.say("  export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s", s.root.ID, s.root.Secret)
		t.say("  aws cloudtrail lookup-events --max-results 5")
		select {
		case <-ctx.Done():
		case err = <-ended:
			stop()
			return err
		}
	}
	stop()
	return errors.Join(err, <-ended)
}

// teller prints the story: titles, what is being done, tables.
type teller struct {
	w     io.Writer
	start time.Time
	color bool
}

func (t *teller) title(s string) {
	if t.color {
		s = "\x1b[1m" + s + "\x1b[0m"
	}
	fmt.Fprintf(t.w, "\n%s\n", s)
}

func (t *teller) say(format string, args ...any) { fmt.Fprintf(t.w, "  "+format+"\n", args...) }

// step announces a chapter with the time since the start.
func (t *teller) step(s string) {
	t.title(fmt.Sprintf("[%4.1fs] %s", time.Since(t.start).Seconds(), s))
}

// table prints rows in aligned columns; the first row is the head.
func (t *teller) table(rows [][]string) {
	if len(rows) == 0 {
		return
	}
	width := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			width[i] = max(width[i], min(len(cell), 60))
		}
	}
	for n, r := range rows {
		fmt.Fprint(t.w, "   ")
		for i, cell := range r {
			if len(cell) > 60 {
				cell = cell[:57] + "..."
			}
			fmt.Fprintf(t.w, " %-*s", width[i], cell)
		}
		fmt.Fprintln(t.w)
		if n == 0 {
			fmt.Fprint(t.w, "   ")
			for i := range r {
				fmt.Fprintf(t.w, " %s", dashes(width[i]))
			}
			fmt.Fprintln(t.w)
		}
	}
}

func dashes(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '-'
	}
	return string(b)
}
