# SPDX-License-Identifier: GPL-2.0-only
#
# The benchmark's plots. The script `plot' sets dir (data files), kernels,
# plot (which one), form (svg or png) and target (the file to write).

width = plot eq "pins" ? 1500 : 1100
if (form eq "svg") {
	set terminal svg size width,640 dynamic background rgb "white" font "sans,14"
} else {
	set terminal pngcairo size width,640 background rgb "white" font "sans,11"
}
set output target
set key outside top right horizontal
set grid ytics
set logscale y
set ylabel "microseconds (1000 instructions)"
set format y "10^{%L}"
n = words(kernels)
array colour[3] = [ "#b03a2e", "#1f618d", "#7d6608" ]

if (plot eq "idle") {
	set title "Idle area: median latency against size"
	set logscale x 2
	set xlabel "pages"
	plot for [k = 1:n] for [op in "allocate release"] \
		sprintf("%s/idle-%s-%s", dir, word(kernels, k), op) \
		with linespoints lw 2 lc rgb colour[k] dt 1 + (op eq "release") \
		pt (op eq "release" ? 6 : 7) ps 0.6 \
		title sprintf("%s, %s", word(kernels, k), op)
}

if (plot eq "camera") {
	set title "Camera pipeline beside reads of files: share of allocations that took no longer"
	unset logscale y
	set logscale x
	set grid xtics
	set format y "%.0f %%"
	set ylabel "share of allocations"
	set xlabel "microseconds (1000 instructions)"
	set yrange [0:100]
	plot for [k = 1:n] for [size in "1080p 4K"] \
		sprintf("%s/camera-%s-%s", dir, word(kernels, k), size) \
		using 1:($2 * 100) with steps lw 2 lc rgb colour[k] \
		dt 1 + (size eq "4K") \
		title sprintf("%s, %s", word(kernels, k), size)
}

# Bars are means, marks the longest; of interrupts only the longest is known.
if (plot ne "idle" && plot ne "camera") {
	set title (plot eq "full" ? "Full area: an allocation" : \
		plot eq "pins" ? \
		"Pages that cannot move: an allocation or refusal" : \
		plot eq "holes" ? \
		"Every other frame taken: an allocation or refusal" : \
		plot eq "queue" ? \
		"A queue of single pages: a page allocated and released" : \
		"Longest time with interrupts off during an allocation or refusal") \
		. (plot eq "irqs" ? "" : " (bar: mean, mark: longest)")
	first = plot eq "irqs" ? 1 : 0
	if (plot eq "irqs") {
		set arrow from graph 0, first 20 to graph 1, first 20 nohead dt 2
		set label "20 us" at graph 1.005, first 20
	}
	set datafile missing "?"
	set style data histogram
	set style histogram clustered gap 1
	set style fill solid border -1
	set xtics rotate by -40 scale 0 font ",9"
	set bmargin 10
	set rmargin plot eq "pins" || plot eq "irqs" ? 12 : 14
	plot for [k = 1:n] sprintf("%s/%s", dir, plot) \
		using (column(2 * k + first)):xtic(1) lc rgb colour[k] \
		title word(kernels, k), \
		for [k = 1:n] sprintf("%s/%s", dir, plot) \
		using ($0 + (k - 1 - (n - 1) / 2.0) / (n + 1)):(column(2 * k + 1)) \
		with points pt 2 ps first ? 0 : 0.8 lc rgb "black" notitle
}
