package vantage

import (
	"encoding/json"
	"errors"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
	"vantage.example/plugin/bindings/vantage_plugin_types"
)

// Error is the contract's one error: why a call of the session failed, or why a run did.
//
// A command that does not handle it returns it as it is, and the user sees the host's advice.
type Error struct {
	// Kind is one of the contract's words, such as "not-found", "denied" or "failed"; treat one that
	// you do not know as "failed".
	Kind string
	// Message is one line, lower case, without a full stop.
	Message string
	// Hints say what the user can do, a line each.
	Hints []string
	// Details is JSON whose content depends on the kind, or nil.
	Details json.RawMessage
}

func (e *Error) Error() string { return e.Message }

// NotFound is an error for a thing that the user named and that does not exist.
func NotFound(message string, hints ...string) *Error {
	return &Error{Kind: "not-found", Message: message, Hints: hints}
}

type record = vantage_plugin_types.Error

// incoming gives the value or the error of a call of the host.
func incoming[Value any](result witTypes.Result[Value, record]) (value Value, err error) {
	if result.IsOk() {
		return result.Ok(), nil
	}
	why := result.Err()
	failure := &Error{Kind: why.Kind, Message: why.Message, Hints: why.Hints}
	if why.Details.IsSome() {
		failure.Details = json.RawMessage(why.Details.Some())
	}
	return value, failure
}

// outgoing makes any error the contract's.
func outgoing(err error) record {
	failure := &Error{Kind: "failed", Message: err.Error()}
	errors.As(err, &failure)
	details := witTypes.None[string]()
	if failure.Details != nil {
		details = witTypes.Some(string(failure.Details))
	}
	return record{Kind: failure.Kind, Message: failure.Message, Hints: failure.Hints, Details: details}
}

// isClosed says whether an error says only that nobody reads the answer any more.
func isClosed(err error) bool {
	var failure *Error
	return errors.As(err, &failure) && failure.Kind == "closed"
}
