# SPDX-License-Identifier: GPL-2.0-only
#
# The benchmark's guest: busybox and init of the test guest, our program and
# job.
#
# Driven by the script `bench', which passes OUT (output), RIG (the sources),
# GUEST (the test guest's folder) and CC (a compiler for the guest).

sources := $(wildcard $(RIG)/bench/*.c)
headers := $(wildcard $(RIG)/bench/*.h $(RIG)/../selftests/cma/*.h)
CFLAGS := -O2 -g0 -Wall -Wextra -static -pthread

all: $(OUT)/initramfs.gz $(OUT)/disk.img

$(OUT)/cma-bench: $(sources) $(headers)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $(sources)

jobs := $(wildcard $(RIG)/bench/bench*.sh)

$(OUT)/initramfs.gz: $(OUT)/cma-bench $(jobs) $(RIG)/qemu/init $(GUEST)/busybox
	rm -rf $(OUT)/root
	mkdir -p $(OUT)/root/bin $(OUT)/root/jobs
	cp $(GUEST)/busybox $(OUT)/cma-bench $(OUT)/root/bin
	ln -s busybox $(OUT)/root/bin/sh
	cp $(RIG)/qemu/init $(OUT)/root/init
	cp $(jobs) $(OUT)/root/jobs
	chmod 755 $(OUT)/root/init $(OUT)/root/bin/*
	cd $(OUT)/root && find . | LC_ALL=C sort | \
		cpio -o -H newc -R 0:0 --reproducible --quiet | gzip -1 >$@.new
	mv $@.new $@

$(OUT)/disk.img:
	rm -f $@
	truncate -s 1G $@.new
	mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 $@.new
	mv $@.new $@

.PHONY: all
.DELETE_ON_ERROR:
