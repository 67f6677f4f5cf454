package vantage

import (
	"encoding/json"
	"iter"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
	"vantage.example/plugin/bindings/vantage_plugin_graphql"
	"vantage.example/plugin/bindings/vantage_plugin_inputs"
	"vantage.example/plugin/bindings/vantage_plugin_output"
	"vantage.example/plugin/bindings/vantage_plugin_persona"
	"vantage.example/plugin/bindings/vantage_plugin_prompt"
	"vantage.example/plugin/bindings/vantage_plugin_session"
	"vantage.example/plugin/bindings/vantage_plugin_storage"
)

// Session is what a command is lent for one run.
type Session struct {
	handle *vantage_plugin_session.Session
	// Graphql is the platform, limited to the operations that the user granted.
	Graphql *Graphql
	// Output is where the answer goes.
	Output *Output
}

func newSession(handle *vantage_plugin_session.Session) *Session {
	return &Session{handle, &Graphql{handle.Graphql()}, &Output{handle.Output()}}
}

// drop gives everything back at the end of the run.
func (s *Session) drop() {
	s.Graphql.client.Drop()
	s.Output.output.Drop()
	s.handle.Drop()
}

// Persona is who is signed in, limited to the aspects that the user granted.
func (s *Session) Persona() (*Persona, error) {
	handle, err := incoming(ask(s.handle.Persona))
	return &Persona{handle}, err
}

// Prompter is the user, where one is there to ask.
func (s *Session) Prompter() *Prompter { return &Prompter{s.handle.Prompter()} }

// Storage is what the pack keeps between runs.
func (s *Session) Storage() (*Storage, error) {
	handle, err := incoming(ask(s.handle.Storage))
	return &Storage{handle}, err
}

// Settings puts the pack's settings from the user's configuration into a struct.
func (s *Session) Settings(into any) error {
	return json.Unmarshal([]byte(ask(s.handle.Settings)), into)
}

// Files are the files that the user named for an argument of kind file, in order.
func (s *Session) Files(argument string) ([]*File, error) {
	handles, err := incoming(ask(func() witTypes.Result[[]*vantage_plugin_inputs.InputFile, record] {
		return s.handle.Files(argument)
	}))
	var files []*File
	for _, handle := range handles {
		files = append(files, &File{handle})
	}
	return files, err
}

// Graphql runs the pack's declared operations.
type Graphql struct {
	client *vantage_plugin_graphql.Client
}

type response = witTypes.Result[vantage_plugin_graphql.Response, record]

// Execute runs a query or mutation, and puts its data into a struct, or nowhere if into is nil.
func (g *Graphql) Execute(operation string, variables any, into any) error {
	text, err := json.Marshal(variables)
	if err != nil {
		return err
	}
	return read(ask(func() response { return g.client.Execute(operation, string(text)) }), into)
}

// read takes an answer apart; errors of the platform's fields are errors of the call.
func read(result response, into any) error {
	answer, err := incoming(result)
	if err != nil {
		return err
	}
	return take(answer, into)
}

// take is read for an answer that came.
func take(answer vantage_plugin_graphql.Response, into any) error {
	var errors []struct{ Message string }
	if err := json.Unmarshal([]byte(answer.Errors), &errors); err != nil {
		return err
	}
	if len(errors) > 0 {
		failure := &Error{Kind: "failed", Message: errors[0].Message}
		failure.Details = json.RawMessage(`{"errors":` + answer.Errors + `}`)
		return failure
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal([]byte(answer.Data), into)
}

// Call is one of several operations that are run at once.
type Call struct {
	Operation string
	Variables any
	// Into receives the data; nil where it is of no use.
	Into any
}

// ExecuteAll runs several operations at once; the errors are in the order of the calls.
func (g *Graphql) ExecuteAll(calls ...Call) ([]error, error) {
	var wanted []vantage_plugin_graphql.OperationCall
	for _, call := range calls {
		text, err := json.Marshal(call.Variables)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, vantage_plugin_graphql.OperationCall{Operation: call.Operation, Variables: string(text)})
	}
	answers := ask(func() []response { return g.client.ExecuteAll(wanted) })
	failures := make([]error, len(answers))
	for index, answer := range answers {
		failures[index] = read(answer, calls[index].Into)
	}
	return failures, nil
}

// Paginate reads a connection page by page; connection is its JSON Pointer in the data. An error
// ends the pages.
func (g *Graphql) Paginate(operation string, variables any, connection string) iter.Seq2[[]json.RawMessage, error] {
	return func(yield func([]json.RawMessage, error) bool) {
		text, err := json.Marshal(variables)
		if err != nil {
			yield(nil, err)
			return
		}
		pages, err := incoming(ask(func() witTypes.Result[*vantage_plugin_graphql.Pages, record] {
			return g.client.Paginate(operation, string(text), connection)
		}))
		if err != nil {
			yield(nil, err)
			return
		}
		defer pages.Drop()
		for {
			page, err := incoming(ask(pages.Next))
			if err == nil && page.IsNone() {
				return
			}
			var nodes []json.RawMessage
			if err == nil {
				for _, node := range page.Some() {
					nodes = append(nodes, json.RawMessage(node))
				}
			}
			if !yield(nodes, err) || err != nil {
				return
			}
		}
	}
}

// Subscribe waits for the data of one event after another. Lost connections are the host's matter, and
// what was missed meanwhile may be told again. An error ends the events; leaving the loop ends the
// subscription.
func (g *Graphql) Subscribe(operation string, variables any) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		text, err := json.Marshal(variables)
		if err != nil {
			yield(nil, err)
			return
		}
		subscription, err := incoming(ask(func() witTypes.Result[*vantage_plugin_graphql.Subscription, record] {
			return g.client.Subscribe(operation, string(text))
		}))
		if err != nil {
			yield(nil, err)
			return
		}
		defer subscription.Drop()
		for {
			event, err := incoming(ask(subscription.Next))
			if err == nil && event.IsNone() {
				return
			}
			var data json.RawMessage
			if err == nil {
				err = take(event.Some(), &data)
			}
			if !yield(data, err) || err != nil {
				return
			}
		}
	}
}

// Output is where the answer goes.
type Output struct{ output *vantage_plugin_output.Output }

type done = witTypes.Result[witTypes.Unit, record]

// Emit adds one record.
func (o *Output) Emit(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = incoming(ask(func() done { return o.output.Emit(string(text)) }))
	return err
}

// EmitAll adds many records with one call: what a page of a connection wants.
func (o *Output) EmitAll(values []json.RawMessage) error {
	texts := make([]string, len(values))
	for index, value := range values {
		texts[index] = string(value)
	}
	_, err := incoming(ask(func() done { return o.output.EmitAll(texts) }))
	return err
}

// Text adds Markdown.
func (o *Output) Text(markdown string) error {
	_, err := incoming(ask(func() done { return o.output.Text(markdown) }))
	return err
}

// Note tells people something beside the answer.
func (o *Output) Note(message string) { o.output.Note(message) }

// Warn warns people.
func (o *Output) Warn(message string) { o.output.Warn(message) }

// Progress shows that work goes on, until it is dropped; a total of 0 is an unknown one.
func (o *Output) Progress(title string, total uint32) *vantage_plugin_output.Progress {
	known := witTypes.None[uint32]()
	if total > 0 {
		known = witTypes.Some(total)
	}
	return o.output.StartProgress(title, known)
}

// Persona is who is signed in.
type Persona struct {
	persona *vantage_plugin_persona.Persona
}

// Subject is the platform's identifier of the user.
func (p *Persona) Subject() (string, error) { return incoming(ask(p.persona.Subject)) }

// DisplayName is the user's name for people.
func (p *Persona) DisplayName() (string, error) { return incoming(ask(p.persona.DisplayName)) }

// Email is the user's address.
func (p *Persona) Email() (string, error) { return incoming(ask(p.persona.Email)) }

// Organization is the chosen organization's identifier and name; both empty where there is none.
func (p *Persona) Organization() (id string, name string, err error) {
	membership, err := incoming(ask(p.persona.Organization))
	if err == nil && membership.IsSome() {
		id, name = membership.Some().Id, membership.Some().Name
	}
	return id, name, err
}

// Roles are the user's roles.
func (p *Persona) Roles() ([]string, error) { return incoming(ask(p.persona.Roles)) }

// Prompter asks the user; errors of kind "unattended" where nobody can answer.
type Prompter struct {
	prompter *vantage_plugin_prompt.Prompter
}

// Confirm asks yes or no.
func (p *Prompter) Confirm(question string) (bool, error) {
	return incoming(ask(func() witTypes.Result[bool, record] { return p.prompter.Confirm(question) }))
}

// Choose asks for one of the choices, and gives back its index.
func (p *Prompter) Choose(question string, choices []string) (uint32, error) {
	return incoming(ask(func() witTypes.Result[uint32, record] { return p.prompter.Choose(question, choices) }))
}

// Ask asks for a line of text; an empty suggestion is none.
func (p *Prompter) Ask(question string, suggestion string) (string, error) {
	offered := witTypes.None[string]()
	if suggestion != "" {
		offered = witTypes.Some(suggestion)
	}
	return incoming(ask(func() witTypes.Result[string, record] { return p.prompter.Ask(question, offered) }))
}

// Storage is what the pack keeps between runs, per profile.
type Storage struct{ store *vantage_plugin_storage.Store }

// Get puts the value of key into a struct, and says whether there is one.
func (s *Storage) Get(key string, into any) (bool, error) {
	value, err := incoming(ask(func() witTypes.Result[witTypes.Option[string], record] { return s.store.Get(key) }))
	if err != nil || value.IsNone() {
		return false, err
	}
	return true, json.Unmarshal([]byte(value.Some()), into)
}

// Set keeps a value.
func (s *Storage) Set(key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = incoming(ask(func() done { return s.store.Set(key, string(text)) }))
	return err
}

// Delete forgets a value.
func (s *Storage) Delete(key string) error {
	_, err := incoming(ask(func() done { return s.store.Delete(key) }))
	return err
}

// Keys are the keys of all values.
func (s *Storage) Keys() ([]string, error) { return incoming(ask(s.store.Keys)) }

// File is a file that the user named.
type File struct {
	file *vantage_plugin_inputs.InputFile
}

// Name is the name as the user typed it, without its folders.
func (f *File) Name() string { return ask(f.file.Name) }

// Read gives up to max more bytes, and none at the end.
func (f *File) Read(max uint32) ([]byte, error) {
	return incoming(ask(func() witTypes.Result[[]byte, record] { return f.file.Read(max) }))
}
