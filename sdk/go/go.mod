// Command packs for vantage in Go.
//
// The packages below bindings/ are generated from the contract when a pack is built; the builder
// also says where the bindings' runtime lies.
module vantage.example/plugin

go 1.25

require go.bytecodealliance.org/pkg v0.2.3
