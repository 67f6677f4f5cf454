// The pack acme/cpp-report: the clusters that you can see, reported by a pack in C++.
//
// Three commands of use, and two that show how a pack fails: one runs what its user did not allow, one
// has a fault.
#include <cstdlib>

#include "vantage.hpp"

namespace {

constexpr std::string_view description = R"json(
{
  "schema": 1,
  "id": "acme/cpp-report",
  "version": "0.1.0",
  "summary": "Report on your clusters",
  "license": "MIT OR Apache-2.0",
  "groups": [{ "path": ["cpp-report"], "summary": "Report on your clusters" }],
  "commands": [
    {
      "path": ["cpp-report", "list"],
      "summary": "List your clusters",
      "effect": "read",
      "answer": {
        "shape": "many",
        "columns": [
          { "title": "Name", "pointer": "/name" },
          { "title": "Status", "pointer": "/status", "format": "status" },
          { "title": "Provider", "pointer": "/provider" }
        ]
      },
      "operations": ["ListClusters"],
      "examples": [{ "line": "vantage cpp-report list --sort name", "explanation": "Lists your clusters by name" }]
    },
    {
      "path": ["cpp-report", "missing"],
      "summary": "Show a cluster, or say that it is missing",
      "effect": "read",
      "answer": {
        "shape": "one",
        "columns": [
          { "title": "Name", "pointer": "/name" },
          { "title": "Status", "pointer": "/status", "format": "status" },
          { "title": "Provider", "pointer": "/provider" }
        ]
      },
      "arguments": [
        {
          "name": "name",
          "kind": "text",
          "summary": "The cluster's name",
          "value_name": "NAME",
          "positional": true,
          "required": true
        }
      ],
      "operations": ["FindCluster"]
    },
    {
      "path": ["cpp-report", "watch"],
      "summary": "Follow a cluster until it is ready",
      "effect": "read",
      "answer": {
        "shape": "many",
        "columns": [
          { "title": "Name", "pointer": "/name" },
          { "title": "Status", "pointer": "/status", "format": "status" },
          { "title": "Provider", "pointer": "/provider" }
        ]
      },
      "arguments": [
        {
          "name": "name",
          "kind": "text",
          "summary": "The cluster's name",
          "value_name": "NAME",
          "positional": true,
          "required": true
        }
      ],
      "operations": ["FollowCluster"]
    },
    {
      "path": ["cpp-report", "denied"],
      "summary": "Try to create a cluster",
      "effect": "change",
      "answer": { "shape": "nothing" },
      "operations": ["CreateCluster"]
    },
    {
      "path": ["cpp-report", "crash"],
      "summary": "Fail as a pack with a fault does",
      "effect": "read",
      "answer": { "shape": "nothing" }
    }
  ],
  "operations": [
    {
      "name": "ListClusters",
      "api": "cluster",
      "purpose": "lists your clusters",
      "document": "query ListClusters($first: Int!, $after: String) { clusters(first: $first, after: $after) { edges { node { name status provider } } total pageInfo { hasNextPage endCursor } } }"
    },
    {
      "name": "FindCluster",
      "api": "cluster",
      "purpose": "finds the cluster that you name",
      "document": "query FindCluster($filters: JSONScalar) { clusters(first: 1, filters: $filters) { edges { node { name status provider } } } }"
    },
    {
      "name": "FollowCluster",
      "api": "cluster",
      "purpose": "follows the cluster that you name",
      "document": "subscription FollowCluster($name: String) { clusterStatusChanged(name: $name) { name status provider } }"
    },
    {
      "name": "CreateCluster",
      "api": "cluster",
      "purpose": "shows what happens when you do not allow it",
      "document": "mutation CreateCluster($createClusterInput: CreateClusterInput!) { createCluster(createClusterInput: $createClusterInput) { __typename } }"
    }
  ]
}
)json";

using vantage::Result;
using vantage::Session;

Result list(const Session &session, std::string_view) {
    auto pages = session.Graphql().Paginate("ListClusters", R"({"first":100})", "/clusters");
    if (!pages) return std::unexpected(std::move(pages).error());
    auto output = session.Output();
    for (;;) {
        auto page = pages->Next();
        if (!page) return std::unexpected(std::move(page).error());
        if (!*page) return {};
        auto emitted = output.EmitAll(vantage::views(**page));
        if (!emitted) return vantage::ended(std::move(emitted));
    }
}

// Runs an operation and gives back its data; errors of the platform's fields fail the run.
std::expected<std::string, vantage::Error> execute(const Session &session, std::string_view operation,
                                                   std::string_view variables) {
    auto response = session.Graphql().Execute(operation, variables);
    if (!response) return std::unexpected(std::move(response).error());
    auto message = vantage::at(response->errors.get_view(), "/0/message");
    if (!message.empty()) return vantage::failure("failed", vantage::text(message));
    return response->data.to_string();
}

Result missing(const Session &session, std::string_view arguments) {
    // The name is a JSON string already: it goes into the variables as it stands.
    auto name = vantage::at(arguments, "/name");
    auto variables = R"({"filters":{"name":{"eq":)" + std::string(name) + "}}}";
    auto data = execute(session, "FindCluster", variables);
    if (!data) return std::unexpected(std::move(data).error());

    auto found = vantage::at(*data, "/clusters/edges/0/node");
    if (found.empty()) {
        return vantage::failure("not-found", "cluster `" + vantage::text(name) + "` was not found",
                                {"vantage cpp-report list shows the clusters that you can see"});
    }
    return vantage::ended(session.Output().Emit(found));
}

Result watch(const Session &session, std::string_view arguments) {
    auto variables = R"({"name":)" + std::string(vantage::at(arguments, "/name")) + "}";
    auto subscription = session.Graphql().Subscribe("FollowCluster", variables);
    if (!subscription) return std::unexpected(std::move(subscription).error());
    auto output = session.Output();
    for (;;) {
        auto event = subscription->Next();
        if (!event) return std::unexpected(std::move(event).error());
        if (!*event) return {};
        auto message = vantage::at((*event)->errors.get_view(), "/0/message");
        if (!message.empty()) return vantage::failure("failed", vantage::text(message));
        auto cluster = vantage::at((*event)->data.get_view(), "/clusterStatusChanged");
        auto emitted = output.Emit(cluster);
        if (!emitted) return vantage::ended(std::move(emitted));
        if (vantage::text(vantage::at(cluster, "/status")) == "ready") return {};
    }
}

Result denied(const Session &session, std::string_view) {
    // The host's error, with its advice, is the best that the user can be told.
    auto variables = R"({"createClusterInput":{"name":"cpp-report","provider":"localhost"}})";
    auto data = execute(session, "CreateCluster", variables);
    if (!data) return std::unexpected(std::move(data).error());
    return {};
}

Result crash(const Session &, std::string_view) {
    std::abort();
}

}  // namespace

namespace exports::vantage::plugin::commands {

wit::string Describe() {
    return wit::string::from_view(description);
}

std::expected<void, Error> Run(wit::vector<wit::string> command, wit::string arguments, Session &&lent) {
    // Taken over, so that the handle ends with this run.
    Session session(std::move(lent));
    auto word = command.size() == 2 ? command[1].get_view() : std::string_view();
    if (word == "list") return list(session, arguments.get_view());
    if (word == "missing") return missing(session, arguments.get_view());
    if (word == "watch") return watch(session, arguments.get_view());
    if (word == "denied") return denied(session, arguments.get_view());
    if (word == "crash") return crash(session, arguments.get_view());
    return ::vantage::failure("failed", "the pack has no such command");
}

}  // namespace exports::vantage::plugin::commands
