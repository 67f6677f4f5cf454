// The pack acme/go-report: the clusters that you can see, reported by a pack in Go.
//
// Three commands of use, and two that show how a pack fails: one runs what its user did not allow, one
// has a fault.
package main

import (
	_ "embed"
	"encoding/json"

	vantage "vantage.example/plugin"
)

//go:embed go_report.json
var description string

// Export belongs into init: a component has no main that is ever called.
func init() {
	vantage.Export(vantage.Pack{
		Description: description,
		Commands: map[string]vantage.Command{
			"go-report list":    list,
			"go-report missing": missing,
			"go-report watch":   watch,
			"go-report denied":  denied,
			"go-report crash":   crash,
		},
	})
}

func main() {}

type object = map[string]any

func list(session *vantage.Session, _ vantage.Arguments) error {
	for page, err := range session.Graphql.Paginate("ListClusters", object{"first": 100}, "/clusters") {
		if err != nil {
			return err
		}
		if err := session.Output.EmitAll(page); err != nil {
			return err
		}
	}
	return nil
}

func missing(session *vantage.Session, arguments vantage.Arguments) error {
	var given struct{ Name string }
	if err := arguments.Read(&given); err != nil {
		return err
	}
	var found struct {
		Clusters struct {
			Edges []struct{ Node json.RawMessage }
		}
	}
	variables := object{"filters": object{"name": object{"eq": given.Name}}}
	if err := session.Graphql.Execute("FindCluster", variables, &found); err != nil {
		return err
	}
	if len(found.Clusters.Edges) == 0 {
		hint := "vantage go-report list shows the clusters that you can see"
		return vantage.NotFound("cluster `"+given.Name+"` was not found", hint)
	}
	return session.Output.Emit(found.Clusters.Edges[0].Node)
}

func watch(session *vantage.Session, arguments vantage.Arguments) error {
	var given struct{ Name string }
	if err := arguments.Read(&given); err != nil {
		return err
	}
	for event, err := range session.Graphql.Subscribe("FollowCluster", object{"name": given.Name}) {
		if err != nil {
			return err
		}
		var told struct{ ClusterStatusChanged json.RawMessage }
		var cluster struct{ Status string }
		if err := json.Unmarshal(event, &told); err != nil {
			return err
		}
		if err := json.Unmarshal(told.ClusterStatusChanged, &cluster); err != nil {
			return err
		}
		if err := session.Output.Emit(told.ClusterStatusChanged); err != nil || cluster.Status == "ready" {
			return err
		}
	}
	return nil
}

func denied(session *vantage.Session, _ vantage.Arguments) error {
	// The host's error, with its advice, is the best that the user can be told.
	input := object{"name": "go-report", "provider": "localhost"}
	return session.Graphql.Execute("CreateCluster", object{"createClusterInput": input}, nil)
}

func crash(*vantage.Session, vantage.Arguments) error {
	panic("this pack has a fault")
}
