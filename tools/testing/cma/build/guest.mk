# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's files: programs, jobs, self tests, initramfs and disk.
#
# Driven by the script `guest`, which passes GUEST (output), RIG (the sources),
# TREE (the patched kernel source) and CC (a compiler for the guest).

# Interfaces of ours that the system's headers do not have come last, with the
# kernel's marks still in them.
CFLAGS := -O2 -g0 -Wall -Wextra -static -D__user= -idirafter $(TREE)/include/uapi
SELFTESTS := $(TREE)/tools/testing/selftests/cma

programs := $(patsubst $(RIG)/guest/%.c,$(GUEST)/bin/%,$(wildcard $(RIG)/guest/*.c))
programs += $(GUEST)/bin/cma-heap-demo $(GUEST)/bin/dmabuf-heap $(GUEST)/bin/cmactl
headers := $(wildcard $(RIG)/guest/*.h $(SELFTESTS)/*.h $(SELFTESTS)/../kselftest*.h)
tests := $(patsubst $(SELFTESTS)/%.c,$(GUEST)/selftests/%,$(wildcard $(SELFTESTS)/*.c))
scripts := $(wildcard $(SELFTESTS)/*.sh)
jobs := $(wildcard $(RIG)/guest/jobs/*.sh $(RIG)/qemu/jobs/*.sh)
init := $(RIG)/qemu/init $(RIG)/qemu/complaints

all: $(GUEST)/initramfs.gz $(GUEST)/disk.img

$(GUEST)/bin/%: $(RIG)/guest/%.c $(headers)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $< -pthread

# What others would build: the sample, and a selftest of the stock kernel. Where
# the system has no header of drm, that of the kernel itself has to do.
$(GUEST)/bin/cma-heap-demo: $(RIG)/../../cma/cma-heap-demo.c $(RIG)/../../cma/cma_heap.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $<

# The kernel's own map is a part of it.
ctl := $(RIG)/../../cma
$(GUEST)/bin/cmactl: $(wildcard $(ctl)/ctl/*.[ch]) $(ctl)/Makefile $(ctl)/cma_heap.h \
		$(ctl)/../../mm/cma/map.c $(ctl)/../../mm/cma/map.h
	@mkdir -p $(GUEST)/cmactl $(@D)
	$(MAKE) -C $(ctl) O=$(GUEST)/cmactl CC='$(CC)' LDFLAGS=-static $(GUEST)/cmactl/cmactl
	cp $(GUEST)/cmactl/cmactl $@

$(GUEST)/bin/dmabuf-heap: $(SELFTESTS)/../dmabuf-heaps/dmabuf-heap.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -w -o $@ $<

$(GUEST)/selftests/%: $(SELFTESTS)/%.c $(headers)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -D_GNU_SOURCE= -o $@ $< -pthread

# A file that went away must leave the guest, too: the list is a dependency.
contents := $(programs) $(tests) $(scripts) $(jobs)
list := $(GUEST)/contents
$(shell mkdir -p $(GUEST); echo '$(contents)' | cmp -s - $(list) || echo '$(contents)' >$(list))

$(GUEST)/initramfs.gz: $(contents) $(init) $(GUEST)/busybox $(list)
	rm -rf $(GUEST)/root
	mkdir -p $(GUEST)/root/bin $(GUEST)/root/jobs $(GUEST)/root/selftests
	cp $(GUEST)/busybox $(programs) $(GUEST)/root/bin
	ln -s busybox $(GUEST)/root/bin/sh
	cp $(RIG)/qemu/init $(GUEST)/root/init
	cp $(RIG)/qemu/complaints $(GUEST)/root/bin
	$(if $(jobs),cp $(jobs) $(GUEST)/root/jobs)
	$(if $(tests)$(scripts),cp $(tests) $(scripts) $(GUEST)/root/selftests)
	chmod 755 $(GUEST)/root/init $(GUEST)/root/bin/*
	cd $(GUEST)/root && find . | LC_ALL=C sort | \
		cpio -o -H newc -R 0:0 --reproducible --quiet | gzip -1 >$@.new
	mv $@.new $@

# Sparse, and copied anew for each boot.
$(GUEST)/disk.img:
	rm -f $@
	truncate -s 768M $@.new
	mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 $@.new
	mv $@.new $@

.PHONY: all
.DELETE_ON_ERROR:
