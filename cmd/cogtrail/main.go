// Command cogtrail is a self-hosted Amazon Cognito in which every action leaves
// an AWS CloudTrail record.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"
	_ "time/tzdata" // queries and schedules name time zones; a bare container has no files of them
)

// Exit codes.
const (
	exitOK    = 0
	exitFault = 1 // found a fault, or failed
	exitUsage = 2 // wrong use
)

// command is one word after cogtrail.
type command struct {
	name, short string
	run         func(ctx context.Context, p *program, args []string) error
}

// program is the process as commands see it, so that tests run them without one.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
}

func commands() []command {
	return []command{
		{"serve", "run the server", serveCommand},
		{"demo", "tell the whole story on an embedded server in a temporary folder", demoCommand},
		{"alarms", "install ready sets of alarms on a running server", alarmsCommand},
		{"query", "ask CloudTrail files or a log group of a server in the Logs Insights language", queryCommand},
		{"import", "bring existing CloudTrail files into a log group of a server", importCommand},
		{"check", "check a data folder", checkCommand},
		{"config", "print every setting with its default and meaning", configCommand},
		{"version", "print the version", versionCommand},
	}
}

// errUsage is wrong use: exit code 2.
var errUsage = errors.New("wrong use")

func main() {
	if done := acceleratorChild(); done {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, &program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}, os.Args[1:]))
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, p *program, args []string) int {
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "--help", "-help"}, args[0]) {
		usage(p.stdout)
		if len(args) == 0 {
			return exitUsage
		}
		return exitOK
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		switch err := c.run(ctx, p, args[1:]); {
		case err == nil || errors.Is(err, flag.ErrHelp):
			return exitOK
		case errors.Is(err, errUsage):
			fmt.Fprintln(p.stderr, "cogtrail "+c.name+":", err)
			return exitUsage
		default:
			fmt.Fprintln(p.stderr, "cogtrail "+c.name+":", err)
			return exitFault
		}
	}
	fmt.Fprintf(p.stderr, "cogtrail: unknown command %q\n\n", args[0])
	usage(p.stderr)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "cogtrail is a self-hosted Amazon Cognito in which every action leaves a CloudTrail record.\n\nUsage: cogtrail COMMAND [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-9s %s\n", c.name, c.short)
	}
	fmt.Fprint(w, "\nRun cogtrail COMMAND --help for its flags.\n")
}

// flags makes a flag set that prints its help to the program.
func (p *program) flags(name, synopsis string) *flag.FlagSet {
	fs := flag.NewFlagSet("cogtrail "+name, flag.ContinueOnError)
	fs.SetOutput(p.stderr)
	fs.Usage = func() {
		fmt.Fprintf(p.stderr, "Usage: cogtrail %s\n\n", synopsis)
		fs.PrintDefaults()
	}
	return fs
}

// parse parses flags and refuses left-over words beyond max.
func parse(fs *flag.FlagSet, args []string, max int) error {
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if fs.NArg() > max {
		return fmt.Errorf("%w: unexpected %q", errUsage, fs.Arg(max))
	}
	return nil
}

func logLevel(name string) (slog.Level, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(name)); err != nil {
		return 0, fmt.Errorf("logLevel: want debug, info, warn or error, not %q", name)
	}
	return l, nil
}

// parseMixed parses flags that may stand before, between and behind other words, and returns those words. After -- all are
// words.
func parseMixed(fs *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := parse(fs, args, len(args)); err != nil {
			return nil, err
		}
		rest := fs.Args()
		if len(rest) == 0 {
			return words, nil
		}
		if at := len(args) - len(rest); at > 0 && args[at-1] == "--" {
			return append(words, rest...), nil
		}
		words, args = append(words, rest[0]), rest[1:]
	}
}
