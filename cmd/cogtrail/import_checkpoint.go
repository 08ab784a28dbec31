package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cogtrail/cogtrail/internal/trailfile"
)

// checkpointFile remembers which files are done: one line for each, on disk before the next file begins. Losing it costs
// time only, since the server leaves out what it has.
type checkpointFile struct {
	out  *os.File // nil: nothing is remembered
	done map[string]string
}

// doneLine is one file that is done.
type doneLine struct{ File, Version string }

// openCheckpoint opens the file of an import into target. A stream has nothing to remember.
func openCheckpoint(path, target string, stream bool) (*checkpointFile, error) {
	c := &checkpointFile{done: map[string]string{}}
	if path == "none" || stream {
		return c, nil
	}
	if path == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("where to keep the checkpoint? give --checkpoint: %w", err)
		}
		sum := sha256.Sum256([]byte(target))
		path = filepath.Join(cache, "cogtrail", "import-"+hex.EncodeToString(sum[:8])+".jsonl")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("folder of the checkpoint: %w", err)
		}
	}
	if err := c.read(path); err != nil {
		return nil, err
	}
	var err error
	if c.out, err = os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	return c, nil
}

func (c *checkpointFile) read(path string) error {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	defer in.Close()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l doneLine
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			continue // the line at which an earlier run was killed
		}
		c.done[l.File] = l.Version
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

func (c *checkpointFile) has(f trailfile.File) bool {
	v, ok := c.done[f.Name]
	return ok && v == f.Version
}

func (c *checkpointFile) add(f trailfile.File) error {
	if c.out == nil {
		return nil
	}
	raw, err := json.Marshal(doneLine{f.Name, f.Version})
	if err == nil {
		// The line before may have been cut off by a kill.
		_, err = c.out.Write(append(append([]byte{'\n'}, raw...), '\n'))
	}
	if err == nil {
		err = c.out.Sync()
	}
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

func (c *checkpointFile) close() error {
	if c.out == nil {
		return nil
	}
	return c.out.Close()
}
