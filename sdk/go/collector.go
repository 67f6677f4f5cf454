package vantage

import "runtime/debug"

// Go's collector reads the clock when a cycle ends. Reading it is a call of the host, and while the
// host itself allocates memory in the pack, for an answer or for arguments, no such call may be made:
// the run would end with "cannot leave component instance". So the collector works only while the
// pack's own code runs: it is off at start, on during a command, and off around each call of the host.

// percent is Go's own default: the heap may double before the next cycle.
const percent = 100

func init() { debug.SetGCPercent(-1) }

// collecting runs a command with the collector on.
func collecting(command func() error) error {
	debug.SetGCPercent(percent)
	defer debug.SetGCPercent(-1)
	return command()
}

// ask makes a call of the host with the collector off. Switching it off waits for a cycle's end.
func ask[Answer any](call func() Answer) Answer {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	return call()
}
