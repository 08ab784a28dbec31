package duckdb

import (
	"os"
	"os/exec"
	"syscall"
)

// yieldToParent makes this process the first to be killed for memory and the last to be given a processor. Failing to
// do so is no reason not to serve.
func yieldToParent() {
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 10)
}

// detach keeps signals of the terminal from the child: it goes when the parent closes its input.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// ownBinary is this very binary, also after its file was replaced by a newer one.
func ownBinary() (string, error) { return "/proc/self/exe", nil }
