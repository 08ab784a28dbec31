package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the release build with -ldflags "-X main.version=…".
var version = "development"

func versionCommand(_ context.Context, p *program, args []string) error {
	fs := p.flags("version", "version")
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	revision := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				revision = " " + s.Value[:12]
			}
		}
	}
	accelerator := "without DuckDB"
	if acceleratorBuilt {
		accelerator = "with DuckDB"
	}
	fmt.Fprintf(p.stdout, "cogtrail %s%s (%s, %s/%s, %s)\n", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH, accelerator)
	return nil
}

func configCommand(_ context.Context, p *program, args []string) error {
	fs := p.flags("config", "config [--config FILE]")
	file := fs.String("config", "", "configuration file (YAML)")
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	c, err := loadConfig(*file, p.getenv)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err := c.finish(); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	printConfig(p.stdout, c)
	return nil
}
