// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that import a dma-buf and do with it what user space tells them
 *
 * A buffer of a heap is worth something when a driver can use it. These two
 * devices have no hardware: they read and write the memory behind the DMA
 * address that the mapping gave them, which may be a bounce buffer. One is
 * coherent with the caches, the other one is not. They know dma-bufs only, and
 * nothing of heaps and areas.
 *
 *	<debugfs>/cma_import/coherent, .../noncoherent
 *
 * Each open of a file is one importer; it lets go of everything when it is
 * closed. A command is written, its answer is the result of the write:
 *
 *	attach FD, detach		take and drop the dma-buf
 *	map to|from|both, unmap		named after what the device does: see
 *					enum dma_data_direction
 *	fill SEED, check SEED, zero	by the device: write a pattern, compare
 *					with it or with zero (-EILSEQ)
 *	vmap, vunmap			a mapping for the CPU, in the kernel
 *	vfill SEED, vcheck SEED		the same through that mapping
 *	begin to|from|both, end ...	CPU access in the kernel
 *
 * Read, a file shows the mapping: entries, DMA address, bytes.
 *
 * Not for production kernels: with it root can write to any imported buffer.
 */
#define pr_fmt(fmt) "cma_import: " fmt

#include <linux/debugfs.h>
#include <linux/dma-buf.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/iosys-map.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define LONGEST_COMMAND		64

/**
 * struct importer - one open file
 * @dev: the device; constant
 * @lock: guards all that follows
 * @buf: the dma-buf, or NULL
 * @attachment: its attachment, as long as there is @buf
 * @table: its mapping, or NULL
 * @dir: direction of @table
 * @map: its mapping for the kernel, null if there is none
 */
struct importer {
	struct device *dev;
	struct mutex lock;	/* guards the fields below */
	struct dma_buf *buf;
	struct dma_buf_attachment *attachment;
	struct sg_table *table;
	enum dma_data_direction dir;
	struct iosys_map map;
};

/* What the words of a pattern are compared with, or set to. */
struct pattern {
	bool write;
	bool zero;
	u32 seed;
	u32 word;	/* index of the next word */
};

static u32 next_word(struct pattern *p)
{
	return p->zero ? 0 : p->seed ^ (p->word++ * 0x9e3779b1U);
}

static int run_pattern(struct pattern *p, u32 *mem, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes / sizeof(*mem); i++) {
		if (p->write)
			WRITE_ONCE(mem[i], next_word(p));
		else if (READ_ONCE(mem[i]) != next_word(p))
			return -EILSEQ;
	}
	return 0;
}

/* The device at work: it knows DMA addresses only. */
static int device_access(struct importer *imp, struct pattern *p)
{
	struct scatterlist *sg;
	size_t off;
	int i, err = 0;

	if (!imp->table)
		return -ENOTCONN;
	for_each_sgtable_dma_sg(imp->table, sg, i) {
		for (off = 0; off < sg_dma_len(sg) && !err; off += PAGE_SIZE) {
			phys_addr_t at = dma_to_phys(imp->dev,
						     sg_dma_address(sg) + off);
			void *mem = kmap_local_page(pfn_to_page(PHYS_PFN(at)));

			err = run_pattern(p, mem + offset_in_page(at),
					  PAGE_SIZE - offset_in_page(at));
			kunmap_local(mem);
			cond_resched();
		}
	}
	return err;
}

static int do_attach(struct importer *imp, const char *arg)
{
	struct dma_buf_attachment *attachment;
	struct dma_buf *buf;
	int fd, err;

	err = kstrtoint(arg, 10, &fd);
	if (err)
		return err;
	if (imp->buf)
		return -EBUSY;
	buf = dma_buf_get(fd);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	attachment = dma_buf_attach(buf, imp->dev);
	if (IS_ERR(attachment)) {
		dma_buf_put(buf);
		return PTR_ERR(attachment);
	}
	imp->buf = buf;
	imp->attachment = attachment;
	return 0;
}

static int parse_dir(const char *arg, enum dma_data_direction *dir)
{
	static const char * const words[] = {
		[DMA_BIDIRECTIONAL] = "both",
		[DMA_TO_DEVICE] = "to",
		[DMA_FROM_DEVICE] = "from",
	};
	int i = match_string(words, ARRAY_SIZE(words), arg);

	*dir = i;
	return i < 0 ? i : 0;
}

static int do_map(struct importer *imp, const char *arg)
{
	struct sg_table *table;
	int err;

	if (!imp->buf)
		return -ENOTCONN;
	if (imp->table)
		return -EBUSY;
	err = parse_dir(arg, &imp->dir);
	if (err)
		return err;
	table = dma_buf_map_attachment_unlocked(imp->attachment, imp->dir);
	if (IS_ERR(table))
		return PTR_ERR(table);
	imp->table = table;
	return 0;
}

static int do_unmap(struct importer *imp, const char *arg)
{
	if (!imp->table)
		return -ENOTCONN;
	dma_buf_unmap_attachment_unlocked(imp->attachment, imp->table,
					  imp->dir);
	imp->table = NULL;
	return 0;
}

static int do_vmap(struct importer *imp, const char *arg)
{
	if (!imp->buf)
		return -ENOTCONN;
	if (iosys_map_is_set(&imp->map))
		return -EBUSY;
	return dma_buf_vmap_unlocked(imp->buf, &imp->map);
}

static int do_vunmap(struct importer *imp, const char *arg)
{
	if (iosys_map_is_null(&imp->map))
		return -ENOTCONN;
	dma_buf_vunmap_unlocked(imp->buf, &imp->map);
	iosys_map_clear(&imp->map);
	return 0;
}

static int do_detach(struct importer *imp, const char *arg)
{
	if (!imp->buf)
		return -ENOTCONN;
	do_vunmap(imp, NULL);
	do_unmap(imp, NULL);
	dma_buf_detach(imp->buf, imp->attachment);
	dma_buf_put(imp->buf);
	imp->buf = NULL;
	return 0;
}

static int with_pattern(struct importer *imp, const char *arg, bool by_cpu,
			bool write)
{
	struct pattern p = { .write = write };
	int err;

	err = kstrtou32(arg, 0, &p.seed);
	if (err)
		return err;
	if (!by_cpu)
		return device_access(imp, &p);
	if (iosys_map_is_null(&imp->map))
		return -ENOTCONN;
	return run_pattern(&p, imp->map.vaddr, imp->buf->size);
}

static int do_fill(struct importer *imp, const char *arg)
{
	return with_pattern(imp, arg, false, true);
}

static int do_check(struct importer *imp, const char *arg)
{
	return with_pattern(imp, arg, false, false);
}

static int do_vfill(struct importer *imp, const char *arg)
{
	return with_pattern(imp, arg, true, true);
}

static int do_vcheck(struct importer *imp, const char *arg)
{
	return with_pattern(imp, arg, true, false);
}

static int do_zero(struct importer *imp, const char *arg)
{
	struct pattern p = { .zero = true };

	return device_access(imp, &p);
}

static int do_begin(struct importer *imp, const char *arg)
{
	enum dma_data_direction dir;
	int err = parse_dir(arg, &dir);

	if (!err && !imp->buf)
		err = -ENOTCONN;
	return err ?: dma_buf_begin_cpu_access(imp->buf, dir);
}

static int do_end(struct importer *imp, const char *arg)
{
	enum dma_data_direction dir;
	int err = parse_dir(arg, &dir);

	if (!err && !imp->buf)
		err = -ENOTCONN;
	return err ?: dma_buf_end_cpu_access(imp->buf, dir);
}

static const struct command {
	const char *word;
	int (*run)(struct importer *imp, const char *arg);
} commands[] = {
	{ "attach", do_attach },
	{ "detach", do_detach },
	{ "map", do_map },
	{ "unmap", do_unmap },
	{ "fill", do_fill },
	{ "check", do_check },
	{ "zero", do_zero },
	{ "vmap", do_vmap },
	{ "vunmap", do_vunmap },
	{ "vfill", do_vfill },
	{ "vcheck", do_vcheck },
	{ "begin", do_begin },
	{ "end", do_end },
};

static int run_line(struct importer *imp, char *line)
{
	const char *word = strsep(&line, " ");
	const char *arg = line ?: "";
	int i, err = -EINVAL;

	mutex_lock(&imp->lock);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].word, word))
			err = commands[i].run(imp, arg);
	}
	mutex_unlock(&imp->lock);
	return err;
}

static ssize_t import_write(struct file *file, const char __user *ubuf,
			    size_t len, loff_t *ppos)
{
	char *line;
	int err;

	if (!len || len >= LONGEST_COMMAND)
		return -EINVAL;
	line = memdup_user_nul(ubuf, len);
	if (IS_ERR(line))
		return PTR_ERR(line);
	err = run_line(file->private_data, strim(line));
	kfree(line);
	return err ?: len;
}

static ssize_t import_read(struct file *file, char __user *ubuf, size_t len,
			   loff_t *ppos)
{
	struct importer *imp = file->private_data;
	char text[96] = "not mapped\n";

	mutex_lock(&imp->lock);
	if (imp->table)
		snprintf(text, sizeof(text), "%u entries at %#llx, %zu bytes\n",
			 imp->table->nents,
			 (u64)sg_dma_address(imp->table->sgl), imp->buf->size);
	mutex_unlock(&imp->lock);
	return simple_read_from_buffer(ubuf, len, ppos, text, strlen(text));
}

static int import_open(struct inode *inode, struct file *file)
{
	struct importer *imp = kzalloc(sizeof(*imp), GFP_KERNEL);

	if (!imp)
		return -ENOMEM;
	imp->dev = inode->i_private;
	mutex_init(&imp->lock);
	file->private_data = imp;
	return 0;
}

static int import_release(struct inode *inode, struct file *file)
{
	struct importer *imp = file->private_data;

	do_detach(imp, NULL);
	mutex_destroy(&imp->lock);
	kfree(imp);
	return 0;
}

static const struct file_operations import_fops = {
	.owner = THIS_MODULE,
	.open = import_open,
	.release = import_release,
	.read = import_read,
	.write = import_write,
};

#if defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_DEVICE) || \
	defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_CPU)
static void set_coherent(struct device *dev, bool coherent)
{
	dev->dma_coherent = coherent;
}
#else
static void set_coherent(struct device *dev, bool coherent)
{
}
#endif

static int __init add_device(struct dentry *root, const char *name,
			     bool coherent)
{
	struct platform_device_info info = {
		.name = name,
		.id = PLATFORM_DEVID_NONE,
		.dma_mask = DMA_BIT_MASK(32),
	};
	struct platform_device *pdev = platform_device_register_full(&info);

	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	set_coherent(&pdev->dev, coherent);
	dma_set_max_seg_size(&pdev->dev, UINT_MAX);
	debugfs_create_file(coherent ? "coherent" : "noncoherent", 0600, root,
			    &pdev->dev, &import_fops);
	return 0;
}

static int __init cma_import_init(void)
{
	struct dentry *root = debugfs_create_dir("cma_import", NULL);
	int err;

	err = add_device(root, "cma-import-coherent", true);
	return err ?: add_device(root, "cma-import-noncoherent", false);
}
device_initcall(cma_import_init);
