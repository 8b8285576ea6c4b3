/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pure files (map.c, effort.c, param.c) need of the kernel.
 *
 * They include this header and nothing else. The host harness includes a header
 * of its own with this guard first, and the same sources compile in user space
 * under the sanitizers.
 */
#ifndef _MM_CMA_SHIM_H
#define _MM_CMA_SHIM_H

#include <linux/bitmap.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp_types.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/types.h>

#endif /* _MM_CMA_SHIM_H */
