package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Environment is the name of the variable that may hold the master key.
const Environment = "COGTRAIL_MASTER_KEY"

// FileName is the name of the key file inside Source.Dir.
const FileName = "master-key"

// DefaultCommandTimeout ends a key command that does not answer.
const DefaultCommandTimeout = 30 * time.Second

// Origin says where a master key came from.
type Origin string

// The places a key can come from.
const (
	FromEnvironment Origin = "environment"
	FromCommand     Origin = "command"
	FromFile        Origin = "file"
	FromNewFile     Origin = "new file"
)

// Source names the places to look for the master key, in this order: the environment, the command, the file. The first that
// is configured decides; a fault there is an error and never a reason to try the next, since another key would make the data
// unreadable.
type Source struct {
	// Getenv reads the environment; nil means os.Getenv.
	Getenv func(string) string
	// Command is an external key service: its standard output is the key in base64 or hexadecimal. Empty means none.
	Command []string
	// CommandTimeout bounds Command; zero means DefaultCommandTimeout.
	CommandTimeout time.Duration
	// Dir holds the key file, which is made with mode 0600 when absent. Empty means no file.
	Dir string
}

// Load finds the master key. A key file is created only if neither the environment nor a command is configured; the new file
// and its directory entry are on disk before Load returns.
func Load(ctx context.Context, s Source) (MasterKey, Origin, error) {
	getenv := s.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	if text := getenv(Environment); text != "" {
		k, err := ParseMasterKey([]byte(text))
		if err != nil {
			return MasterKey{}, "", fmt.Errorf("variable %s: %w", Environment, err)
		}
		return k, FromEnvironment, nil
	}
	if len(s.Command) > 0 {
		k, err := runCommand(ctx, s.Command, s.CommandTimeout)
		if err != nil {
			return MasterKey{}, "", fmt.Errorf("master key command: %w", err)
		}
		return k, FromCommand, nil
	}
	if s.Dir == "" {
		return MasterKey{}, "", fmt.Errorf("no source of the master key: set %s, a command or a directory", Environment)
	}
	k, made, err := loadFile(s.Dir)
	if err != nil {
		return MasterKey{}, "", err
	}
	if made {
		return k, FromNewFile, nil
	}
	return k, FromFile, nil
}

func runCommand(ctx context.Context, argv []string, timeout time.Duration) (MasterKey, error) {
	if timeout <= 0 {
		timeout = DefaultCommandTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	// A child that keeps the pipe open must not hold the start for ever.
	cmd.WaitDelay = time.Second
	var out limitedBuffer
	cmd.Stdout = &out
	err := cmd.Run()
	if ctx.Err() != nil {
		return MasterKey{}, fmt.Errorf("no answer within %s: %w", timeout, ctx.Err())
	}
	if err != nil {
		// exec's error holds the program's name or exit status, never its output.
		return MasterKey{}, fmt.Errorf("run: %w", err)
	}
	return ParseMasterKey(out.Bytes())
}

// limitedBuffer keeps the first maxKeyText+1 bytes and drops the rest, so that a talkative command costs no memory; one byte
// too many makes the parser refuse.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if room := maxKeyText + 1 - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func loadFile(dir string) (k MasterKey, made bool, err error) {
	path := filepath.Join(dir, FileName)
	k, err = readFile(path)
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return k, false, err
	}
	k = GenerateMasterKey()
	err = writeFile(dir, path, k)
	if errors.Is(err, os.ErrExist) {
		// Another process made it in the meantime; its key is the key.
		k, err = readFile(path)
		return k, false, err
	}
	return k, true, err
}

func readFile(path string) (MasterKey, error) {
	f, err := os.Open(path)
	if err != nil {
		return MasterKey{}, fmt.Errorf("master key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return MasterKey{}, fmt.Errorf("master key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return MasterKey{}, fmt.Errorf("master key file %s is not a regular file", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return MasterKey{}, fmt.Errorf("master key file %s may be read by others (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyText+1))
	if err != nil {
		return MasterKey{}, fmt.Errorf("master key file: %w", err)
	}
	k, err := ParseMasterKey(text)
	if err != nil {
		return MasterKey{}, fmt.Errorf("master key file %s: %w", path, err)
	}
	return k, nil
}

// writeFile makes the key file whole or not at all: content first, then the name. A link instead of a rename refuses to
// replace an existing file, which would destroy a key in use.
func writeFile(dir, path string, k MasterKey) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("master key directory: %w", err)
	}
	f, err := os.CreateTemp(dir, ".master-key-*") // mode 0600
	if err != nil {
		return fmt.Errorf("master key file: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(k.Text() + "\n")
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("master key file: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil {
		if errors.Is(err, os.ErrExist) {
			return fmt.Errorf("master key file: %w", err)
		}
		// Some file systems have no hard links; there the name is taken by a rename.
		if err := os.Rename(f.Name(), path); err != nil {
			return fmt.Errorf("master key file: %w", err)
		}
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("master key directory: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync master key directory: %w", err)
	}
	return nil
}
