// Package vantage makes command packs for vantage in Go.
//
// A pack is a program whose init calls Export with its description, as JSON, and a function for each
// command. A command receives a Session, which is all that it can reach, and its arguments. The
// package hides a trap of Go's collector; so every call of the host goes through it, and packs do
// not use the generated bindings themselves.
package vantage

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
	"vantage.example/plugin/bindings/vantage_plugin_logging"
	"vantage.example/plugin/bindings/vantage_plugin_session"
	_ "vantage.example/plugin/bindings/wit_exports"
	exports "vantage.example/plugin/exports/export_vantage_plugin_commands"
)

// Pack is what a pack contains.
type Pack struct {
	// Description is JSON that fits pack.schema.json.
	Description string
	// Commands are the functions, by the command's words: "go-report list".
	Commands map[string]Command
}

// Command is what a command does. An error of type *Error arrives at the user as it is.
type Command func(session *Session, arguments Arguments) error

// Arguments is a JSON object of a command's arguments by name, defaults filled in.
type Arguments json.RawMessage

// Read puts the arguments into a struct, as encoding/json does.
func (a Arguments) Read(into any) error { return json.Unmarshal(a, into) }

// Export makes the pack what the host calls. To be called once, from an init function.
func Export(pack Pack) {
	exports.DescribeWith = func() string { return pack.Description }
	exports.RunWith = pack.run
}

func (p Pack) run(words []string, arguments string, handle *vantage_plugin_session.Session) exports.Result {
	session := newSession(handle)
	defer session.drop()
	command, known := p.Commands[strings.Join(words, " ")]
	if !known {
		command = func(*Session, Arguments) error {
			return fmt.Errorf("the pack has no command `%s`", strings.Join(words, " "))
		}
	}
	err := collecting(func() error { return guarded(command, session, Arguments(arguments)) })
	// That the answer's reader went away is no failure of the pack.
	if err == nil || isClosed(err) {
		return witTypes.Ok[witTypes.Unit, record](witTypes.Unit{})
	}
	return witTypes.Err[witTypes.Unit](outgoing(err))
}

// guarded makes a panic an error for the user, and a trace for the pack's author.
func guarded(command Command, session *Session, arguments Arguments) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			vantage_plugin_logging.Log(vantage_plugin_logging.LevelError, fmt.Sprintf("%v\n%s", fault, debug.Stack()))
			message := fmt.Sprintf("panic: %v", fault)
			err = &Error{Kind: "failed", Message: message, Hints: []string{"-vv shows where in the pack this happened"}}
		}
	}()
	return command(session, arguments)
}
