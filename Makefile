# make help lists the targets.

.PHONY: help build generate lint test race fuzz bench crash clients

help: ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/' | expand -t 12

build: ## build ./cogtrail
	go build -o cogtrail ./cmd/cogtrail

generate: ## write internal/api and docs/compat from the models
	go generate ./...

lint: ## gofmt, vet, staticcheck, generated code in step
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
	go run ./internal/gen -check

test: ## all tests (installs what they need on a Debian machine)
	./test/all

race: ## unit tests with the race detector
	go test -race ./internal/... ./cmd/...

fuzz: ## ten seconds of every fuzz target
	./test/fuzz 10s

bench: ## the figures of docs/performance.md
	./test/bench

crash: ## the long kill and fault campaigns of docs/reliability.md
	go test ./test/crash -campaign -timeout 60m -v

clients: ## unmodified clients against the binary
	go test ./test/client -v
