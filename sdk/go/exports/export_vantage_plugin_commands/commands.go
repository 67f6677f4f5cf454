// Package export_vantage_plugin_commands is what the generated bindings call when the host calls the
// pack; its name is the generator's choice.
//
// It only passes calls on to package vantage, which it cannot import: that would be a cycle.
package export_vantage_plugin_commands

import (
	witTypes "go.bytecodealliance.org/pkg/wit/types"
	"vantage.example/plugin/bindings/vantage_plugin_session"
	"vantage.example/plugin/bindings/vantage_plugin_types"
)

// Result is how a run ends.
type Result = witTypes.Result[witTypes.Unit, vantage_plugin_types.Error]

// Set by package vantage before the host calls anything.
var (
	DescribeWith func() string
	RunWith      func(command []string, arguments string, session *vantage_plugin_session.Session) Result
)

// Describe says what the pack contains.
func Describe() string { return DescribeWith() }

// Run runs one command to its end.
func Run(command []string, arguments string, session *vantage_plugin_session.Session) Result {
	return RunWith(command, arguments, session)
}
