# SPDX-License-Identifier: GPL-2.0-only
#
# Contiguous memory allocator: an overlay on a stock kernel, and its test rig.
#
# Names only; the work is done by scripts under tools/.

ARCH ?= arm64
O ?= build
export ARCH O KSRC CONFIG CMA MEM SMP CMDLINE DTB V

rig := tools/testing/cma
overlay := tools/overlay

need-tree = $(if $(KSRC),,echo "make $@ needs KSRC=/path/to/linux" >&2; exit 2;)

run image shell:
	@$(rig)/build/run $@

check:
	@$(rig)/build/check

check-all:
	@$(rig)/build/check
	@STEPS="boards tracers" $(rig)/build/check

check-debug:
	@STEPS='debug debugarm kcsan rt' $(rig)/build/check

soak:
	@$(rig)/build/soak

model:
	@$(MAKE) -s -C $(rig)/host O="$(abspath $(O))/host" model

lint:
	@$(rig)/build/lint

bench:
	@$(rig)/bench/bench

bench-exclusive:
	@$(rig)/bench/bench-exclusive

bench-stats:
	@$(rig)/bench/bench-stats

apply unapply:
	@$(need-tree) $(overlay)/$@ "$(KSRC)"

series:
	@$(need-tree) $(overlay)/series "$(KSRC)" "$(O)/series"

clean:
	@$(rig)/build/clean

help:
	@cat $(rig)/build/help

.DEFAULT_GOAL := run
.PHONY: run image shell check check-all check-debug soak model lint bench bench-exclusive bench-stats apply unapply series clean help
