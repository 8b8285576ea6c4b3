// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show a picture through the display controller, from a buffer of an area
 *
 * Allocates a frame buffer as a program without a graphics library does, fills it
 * with a picture that has no two equal neighbours, switches the display to it and
 * waits for a line on standard input. Prints what it has:
 *
 *	screen: WIDTH HEIGHT BYTES
 *
 * The host takes a picture of the screen meanwhile, and knows what must be on it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <drm/drm.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_mode.h>

static int card;

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static void call(unsigned long request, void *arg, const char *what)
{
	if (ioctl(card, request, arg))
		die(what);
}

/* The only connector, its best mode, and the only thing that scans out. */
static uint32_t find_display(uint32_t *connector, struct drm_mode_modeinfo *mode)
{
	static struct drm_mode_modeinfo modes[64];
	struct drm_mode_get_connector con = { 0 };
	struct drm_mode_card_res res = { 0 };
	uint32_t crtc;

	res.count_crtcs = 1;
	res.crtc_id_ptr = (uintptr_t)&crtc;
	res.count_connectors = 1;
	res.connector_id_ptr = (uintptr_t)connector;
	call(DRM_IOCTL_MODE_GETRESOURCES, &res, "resources");
	if (res.count_crtcs != 1 || res.count_connectors != 1)
		die("not one display");
	con.connector_id = *connector;
	call(DRM_IOCTL_MODE_GETCONNECTOR, &con, "connector");
	if (!con.count_modes || con.count_modes > 64)
		die("modes");
	con.count_props = 0;
	con.count_encoders = 0;
	con.modes_ptr = (uintptr_t)modes;
	call(DRM_IOCTL_MODE_GETCONNECTOR, &con, "modes");
	*mode = modes[0];
	return crtc;
}

/* Red and green count along, blue along and down: as the host computes them. */
static uint16_t pixel(unsigned int x, unsigned int y)
{
	return (x & 31) << 11 | (y & 63) << 5 | ((x / 32 + y / 64) & 31);
}

int main(void)
{
	struct drm_mode_create_dumb dumb = { .bpp = 16 };
	struct drm_mode_map_dumb map = { 0 };
	struct drm_mode_fb_cmd2 fb = { .pixel_format = DRM_FORMAT_RGB565 };
	struct drm_mode_crtc crtc = { .count_connectors = 1, .mode_valid = 1 };
	unsigned int x, y;
	uint32_t connector;
	uint16_t *mem;

	card = open("/dev/dri/card0", O_RDWR);
	if (card < 0)
		die("/dev/dri/card0");
	crtc.crtc_id = find_display(&connector, &crtc.mode);
	dumb.width = crtc.mode.hdisplay;
	dumb.height = crtc.mode.vdisplay;
	call(DRM_IOCTL_MODE_CREATE_DUMB, &dumb, "buffer");
	fb.width = dumb.width;
	fb.height = dumb.height;
	fb.handles[0] = dumb.handle;
	fb.pitches[0] = dumb.pitch;
	call(DRM_IOCTL_MODE_ADDFB2, &fb, "frame buffer");
	map.handle = dumb.handle;
	call(DRM_IOCTL_MODE_MAP_DUMB, &map, "mapping");
	mem = mmap(NULL, dumb.size, PROT_READ | PROT_WRITE, MAP_SHARED, card,
		   (off_t)map.offset);
	if (mem == MAP_FAILED)
		die("mmap");
	for (y = 0; y < dumb.height; y++) {
		for (x = 0; x < dumb.width; x++)
			mem[y * dumb.pitch / 2 + x] = pixel(x, y);
	}
	crtc.fb_id = fb.fb_id;
	crtc.set_connectors_ptr = (uintptr_t)&connector;
	call(DRM_IOCTL_MODE_SETCRTC, &crtc, "switching to the buffer");
	printf("screen: %u %u %llu\n", dumb.width, dumb.height,
	       (unsigned long long)dumb.size);
	fflush(stdout);
	if (getchar() == EOF)
		die("nobody looks");
	return 0;
}
