/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMA_HOST_TAP_H
#define _CMA_HOST_TAP_H
/*
 * Results of the host tests, in the form of TAP, and their random numbers
 */
#include "host-shim.h"

/* A check inside a test: the first that fails ends the test. */
#define expect(cond) do {						\
	if (!(cond))							\
		return tap_why("%s:%d: %s", __FILE__, __LINE__, #cond);	\
} while (0)

/* A test returns NULL, or why it failed. */
const char *tap_why(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
void tap_result(const char *why, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int tap_finish(void);

/**
 * struct draw - where the choices of a test come from
 * @state: state of the generator, not 0
 * @bytes: take the choices from here instead, when not NULL
 * @left: how many of @bytes are left; without any, each choice is 0
 */
struct draw {
	u64 state;
	const u8 *bytes;
	size_t left;
};

struct draw draw_from_seed(u64 seed);
u32 draw(struct draw *draw, u32 below);
unsigned long draw_wild(struct draw *draw);

void map_tests(u64 seed, unsigned long ops);
void map_state_tests(void);
void map_damage_tests(void);
void map_bound_tests(void);
void place_tests(u64 seed, unsigned long ops);
void effort_tests(void);
void param_tests(u64 seed, unsigned long ops);
void area_param_tests(u64 seed, unsigned long ops);

#endif /* _CMA_HOST_TAP_H */
