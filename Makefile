# Everything that a person types. `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help setup play test build asan tsan fuzz soak package test-package test-balancer test-languages format clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## install what the build needs and this machine lacks
	@.ci/setup

play: setup ## build, start a server, play the crisis in this terminal
	@cmake --preset release >build/configure.log || { cat build/configure.log; exit 1; }
	@cmake --build --preset release --target hotlined hotline_cli
	@.ci/play

test: build ## build and run every test
	ctest --preset release

build: setup ## build everything into build/release, programs into build/release/bin
	cmake --preset release
	cmake --build --preset release

asan: ## build and run every test under the address and undefined sanitizers; installs clang 19 where it is missing
	@.ci/setup .ci/packages-clang.txt
	cmake --preset asan
	cmake --build --preset asan
	ctest --preset asan

tsan: ## build and run the tests without gRPC under the thread sanitizer; installs clang 19 where it is missing
	@.ci/setup .ci/packages-clang.txt
	cmake --preset tsan
	cmake --build --preset tsan
	ctest --preset tsan

fuzz: ## fuzz what reads foreign text, each target for FUZZ_SECONDS (300); installs clang 19 where it is missing
	@.ci/setup .ci/packages-clang.txt
	cmake --preset fuzz
	cmake --build --preset fuzz
	@.ci/fuzz

soak: build ## run the server under mixed load for SOAK_SECONDS (600), and see that nothing grows
	build/release/bin/soak --seconds=$${SOAK_SECONDS:-600}

package: setup ## make the Debian packages, into build/package/debs
	@.ci/setup .ci/packages-package.txt
	cmake --preset package
	cmake --build --preset package
	rm -rf build/package
	cd build/release && cpack -B ../package/debs

test-package: package ## lint, install, use and remove the packages, in a copy of this machine; as root or with sudo
	@.ci/setup .ci/packages-package-test.txt
	tests/package/packages_test.sh . build/package/debs

BALANCER_TESTS ?= balancer_test proxy_faults
test-balancer: ## lose, drain, freeze and reload replicas behind Envoy, HAProxy and nginx; installs them where missing
	@.ci/setup .ci/packages-balancer.txt
	@.ci/setup-envoy
	cmake --preset release
	cmake --build --preset release --target hotlined balancer_load
	@set -e; for test in $(BALANCER_TESTS); do \
	  build/python/bin/python tests/balancer/$$test.py build/release/bin; \
	done

test-languages: setup ## put clients in seven languages, tools and a browser to the server; installs what they take
	@.ci/setup-languages
	@.ci/setup-envoy
	cmake --preset release
	cmake --build --preset release --target hotlined hotline_cli hotline_schemas languages_adapter languages_follow
	@.ci/test-languages $(if $(EVERY_LANGUAGE),--every-language)

format: ## format all C++ with clang-format 14
	git ls-files '*.cc' '*.h' | xargs clang-format-14 -i

clean: ## remove what was built
	rm -rf build
