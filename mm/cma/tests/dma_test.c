// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that does nothing but ask for DMA memory.
 *
 * The test runs of the contiguous memory allocator need a real client: a
 * device of the device tree, with or without a memory-region, whose driver
 * calls dma_alloc_coherent() the way every driver does. This is that client.
 * It sits above the whole allocator and knows nothing of areas; user space
 * steers it through debugfs and compares what it got with what the area says:
 *
 *	<debugfs>/cma_dma_test/<device>/
 *	alloc	write "BYTES [kernel|atomic|nowait|noretry|mayfail|warn]"
 *	fill	write SEED: a pattern goes into every buffer held
 *	verify	read "ok", or the first word that is wrong
 *	free	write N: the newest N buffers go, 0 means all
 *	list	read one line a buffer: index, physical and DMA address, bytes,
 *		microseconds the allocation took, contig=yes|no
 *
 * Not for production kernels: it hands root all the memory of an area.
 */
#define pr_fmt(fmt) "cma_dma_test: " fmt

#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mod_devicetable.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define LONGEST_COMMAND		64
#define WORDS_A_BREATH		(SZ_1M / sizeof(u32))

/* One coherent allocation. All fields: the device's lock. */
struct test_buffer {
	struct list_head node;
	void *cpu;
	dma_addr_t dma;
	size_t bytes;
	u64 ns;			/* what dma_alloc_coherent() took */
	bool filled;		/* else it must still be zero */
	u32 seed;
};

/**
 * struct test_device - one bound device
 * @dev: constant while bound
 * @dir: its debugfs directory, constant while bound
 * @has_region: took a memory-region at probe, constant while bound
 * @lock: guards @buffers and their content; taken before @irq_off
 * @buffers: held allocations, oldest first
 * @irq_off: held over atomic allocations to make their context real
 */
struct test_device {
	struct device *dev;
	struct dentry *dir;
	bool has_region;
	struct mutex lock; /* see above */
	struct list_head buffers;
	spinlock_t irq_off; /* see above */
};

struct effort_word {
	const char *word;
	gfp_t gfp;
};

/*
 * Failure is an answer here, not an accident: no warning from the page
 * allocator for a request that only an area could have served, but for one.
 */
static const struct effort_word effort_words[] = {
	{ "kernel", GFP_KERNEL | __GFP_NOWARN },
	{ "atomic", GFP_ATOMIC | __GFP_NOWARN },
	{ "nowait", GFP_NOWAIT | __GFP_NOWARN },
	{ "noretry", GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN },
	{ "mayfail", GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN },
	{ "warn", GFP_KERNEL },
};

static struct dentry *test_root;	/* constant after boot */

static int parse_effort(const char *word, gfp_t *gfp)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(effort_words); i++) {
		if (!strcmp(word, effort_words[i].word)) {
			*gfp = effort_words[i].gfp;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_alloc(char *line, size_t *bytes, gfp_t *gfp)
{
	char *first, *second;
	unsigned long n;
	int err;

	line = strim(line);
	first = strsep(&line, " \t");
	second = line ? skip_spaces(line) : "kernel";
	err = kstrtoul(first, 0, &n);
	if (err)
		return err;
	if (!n)
		return -EINVAL;
	*bytes = n;
	return parse_effort(second, gfp);
}

static void allocate(struct test_device *td, struct test_buffer *buf, gfp_t gfp)
{
	u64 start = ktime_get_ns();

	buf->cpu = dma_alloc_coherent(td->dev, buf->bytes, &buf->dma, gfp);
	buf->ns = ktime_get_ns() - start;
}

/* The context in which a driver has nothing but GFP_ATOMIC. */
static void allocate_irqs_off(struct test_device *td, struct test_buffer *buf,
			      gfp_t gfp)
{
	unsigned long flags;

	spin_lock_irqsave(&td->irq_off, flags);
	allocate(td, buf, gfp);
	spin_unlock_irqrestore(&td->irq_off, flags);
}

static int add_buffer(struct test_device *td, size_t bytes, gfp_t gfp)
{
	struct test_buffer *buf;

	if (bytes >> PAGE_SHIFT >= totalram_pages())
		return -ENOMEM;
	buf = kzalloc(sizeof(*buf), GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	buf->bytes = bytes;

	mutex_lock(&td->lock);
	if (gfpflags_allow_blocking(gfp))
		allocate(td, buf, gfp);
	else
		allocate_irqs_off(td, buf, gfp);
	if (buf->cpu)
		list_add_tail(&buf->node, &td->buffers);
	mutex_unlock(&td->lock);

	if (!buf->cpu) {
		kfree(buf);
		return -ENOMEM;
	}
	return 0;
}

static void drop_newest_locked(struct test_device *td)
{
	struct test_buffer *buf;

	lockdep_assert_held(&td->lock);
	buf = list_last_entry(&td->buffers, struct test_buffer, node);
	list_del(&buf->node);
	dma_free_coherent(td->dev, buf->bytes, buf->cpu, buf->dma);
	kfree(buf);
}

/* Return: 0, or -ENOENT if fewer than @n buffers are held; then none goes. */
static int drop_buffers(struct test_device *td, unsigned long n)
{
	unsigned long held;
	int err = 0;

	mutex_lock(&td->lock);
	held = list_count_nodes(&td->buffers);
	if (n > held)
		err = -ENOENT;
	else if (!n)
		n = held;
	while (!err && n--)
		drop_newest_locked(td);
	mutex_unlock(&td->lock);
	return err;
}

static u32 pattern(u32 seed, u32 index, u32 word)
{
	return (seed ^ index * 0x85ebca6bU) + word * 0x9e3779b1U;
}

static void fill_buffer(struct test_buffer *buf, u32 index, u32 seed)
{
	size_t i, words = buf->bytes / sizeof(u32);
	u32 *p = buf->cpu;

	for (i = 0; i < words; i++) {
		p[i] = pattern(seed, index, i);
		if (!((i + 1) % WORDS_A_BREATH))
			cond_resched();
	}
	buf->seed = seed;
	buf->filled = true;
}

/* Return: the first wrong word of @buf, or the number of its words. */
static size_t first_wrong(const struct test_buffer *buf, u32 index, u32 *want)
{
	size_t i, words = buf->bytes / sizeof(u32);
	const u32 *p = buf->cpu;

	for (i = 0; i < words; i++) {
		*want = buf->filled ? pattern(buf->seed, index, i) : 0;
		if (READ_ONCE(p[i]) != *want)
			break;
		if (!((i + 1) % WORDS_A_BREATH))
			cond_resched();
	}
	return i;
}

static phys_addr_t phys_of(const void *cpu)
{
	if (is_vmalloc_addr(cpu))
		return page_to_phys(vmalloc_to_page(cpu)) + offset_in_page(cpu);
	return virt_to_phys((void *)cpu);
}

static bool is_contiguous(const struct test_buffer *buf)
{
	phys_addr_t first = phys_of(buf->cpu);
	size_t off;

	for (off = PAGE_SIZE; off < buf->bytes; off += PAGE_SIZE) {
		if (phys_of(buf->cpu + off) != first + off)
			return false;
	}
	return true;
}

/* Return: a NUL-terminated copy of a short command, or an error pointer. */
static char *command_from_user(const char __user *ubuf, size_t len)
{
	if (!len || len >= LONGEST_COMMAND)
		return ERR_PTR(-EINVAL);
	return memdup_user_nul(ubuf, len);
}

static ssize_t alloc_write(struct file *file, const char __user *ubuf,
			   size_t len, loff_t *ppos)
{
	char *line = command_from_user(ubuf, len);
	size_t bytes;
	gfp_t gfp;
	int err;

	if (IS_ERR(line))
		return PTR_ERR(line);
	err = parse_alloc(line, &bytes, &gfp);
	kfree(line);
	if (!err)
		err = add_buffer(file->private_data, bytes, gfp);
	return err ?: len;
}

static const struct file_operations alloc_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = alloc_write,
};

static ssize_t free_write(struct file *file, const char __user *ubuf,
			  size_t len, loff_t *ppos)
{
	unsigned long n;
	int err;

	err = kstrtoul_from_user(ubuf, len, 0, &n);
	if (!err)
		err = drop_buffers(file->private_data, n);
	return err ?: len;
}

static const struct file_operations free_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = free_write,
};

static ssize_t fill_write(struct file *file, const char __user *ubuf,
			  size_t len, loff_t *ppos)
{
	struct test_device *td = file->private_data;
	struct test_buffer *buf;
	u32 seed, index = 0;
	int err;

	err = kstrtou32_from_user(ubuf, len, 0, &seed);
	if (err)
		return err;
	mutex_lock(&td->lock);
	list_for_each_entry(buf, &td->buffers, node)
		fill_buffer(buf, index++, seed);
	mutex_unlock(&td->lock);
	return len;
}

static const struct file_operations fill_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = fill_write,
};

static int verify_show(struct seq_file *m, void *unused)
{
	struct test_device *td = m->private;
	struct test_buffer *buf;
	u32 index = 0, want = 0;
	size_t at;

	mutex_lock(&td->lock);
	list_for_each_entry(buf, &td->buffers, node) {
		at = first_wrong(buf, index, &want);
		if (at < buf->bytes / sizeof(u32)) {
			seq_printf(m, "buffer %u word %zu: %#x instead of %#x\n",
				   index, at, ((u32 *)buf->cpu)[at], want);
			goto unlock;
		}
		index++;
	}
	seq_puts(m, "ok\n");
unlock:
	mutex_unlock(&td->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(verify);

static int list_show(struct seq_file *m, void *unused)
{
	struct test_device *td = m->private;
	struct test_buffer *buf;
	unsigned int index = 0;

	mutex_lock(&td->lock);
	list_for_each_entry(buf, &td->buffers, node) {
		seq_printf(m, "%u %#llx %#llx %zu %llu contig=%s\n", index++,
			   (u64)phys_of(buf->cpu), (u64)buf->dma, buf->bytes,
			   div_u64(buf->ns, NSEC_PER_USEC),
			   is_contiguous(buf) ? "yes" : "no");
	}
	mutex_unlock(&td->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(list);

static void create_files(struct test_device *td)
{
	td->dir = debugfs_create_dir(dev_name(td->dev), test_root);
	debugfs_create_file("alloc", 0200, td->dir, td, &alloc_fops);
	debugfs_create_file("free", 0200, td->dir, td, &free_fops);
	debugfs_create_file("fill", 0200, td->dir, td, &fill_fops);
	debugfs_create_file("verify", 0400, td->dir, td, &verify_fops);
	debugfs_create_file("list", 0400, td->dir, td, &list_fops);
}

/*
 * The region that the node's property "cma,region" says: a name of
 * memory-region-names, or an index; the first one without it.
 */
static int take_region(struct device *dev)
{
	const char *region;
	unsigned int index;

	if (of_property_read_string(dev->of_node, "cma,region", &region))
		return of_reserved_mem_device_init(dev);
	if (!kstrtouint(region, 10, &index))
		return of_reserved_mem_device_init_by_idx(dev, dev->of_node,
							  index);
	return of_reserved_mem_device_init_by_name(dev, dev->of_node, region);
}

/* A driver may have taken its region before it learns that it must wait. */
static bool must_wait(struct device *dev)
{
	static bool waited;

	if (waited || !of_property_present(dev->of_node, "cma,defer-once"))
		return false;
	waited = true;
	dev_info(dev, "deferring\n");
	of_reserved_mem_device_release(dev);
	return true;
}

static int dma_test_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct test_device *td;
	int err;

	td = devm_kzalloc(dev, sizeof(*td), GFP_KERNEL);
	if (!td)
		return -ENOMEM;
	td->dev = dev;
	mutex_init(&td->lock);
	spin_lock_init(&td->irq_off);
	INIT_LIST_HEAD(&td->buffers);

	err = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32));
	if (err)
		return dev_err_probe(dev, err, "no 32 bit DMA\n");
	if (of_property_present(dev->of_node, "memory-region")) {
		err = take_region(dev);
		if (err)
			return dev_err_probe(dev, err, "memory-region unusable\n");
		td->has_region = true;
		if (must_wait(dev))
			return -EPROBE_DEFER;
	}
	platform_set_drvdata(pdev, td);
	create_files(td);
	return 0;
}

/* The files go first: their removal waits for the last operation to end. */
static void dma_test_remove(struct platform_device *pdev)
{
	struct test_device *td = platform_get_drvdata(pdev);

	debugfs_remove(td->dir);
	drop_buffers(td, 0);
	if (td->has_region)
		of_reserved_mem_device_release(td->dev);
}

static const struct of_device_id dma_test_match[] = {
	{ .compatible = "cma,dma-test" },
	{ }
};

static struct platform_driver dma_test_driver = {
	.probe = dma_test_probe,
	.remove = dma_test_remove,
	.driver = {
		.name = "cma-dma-test",
		.of_match_table = dma_test_match,
	},
};

static int __init dma_test_init(void)
{
	test_root = debugfs_create_dir("cma_dma_test", NULL);
	return platform_driver_register(&dma_test_driver);
}
device_initcall(dma_test_init);
