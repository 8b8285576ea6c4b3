# SPDX-License-Identifier: GPL-2.0-only
#
# The benchmark's plots. The script `plot' sets dir (data files), kernels,
# plot (which one), form (svg or png) and target (the file to write).

if (form eq "svg") {
	set terminal svg size 1000,600 dynamic background rgb "white" font "sans,14"
} else {
	set terminal pngcairo size 1000,600 background rgb "white" font "sans,11"
}
set output target
set key top left
set grid ytics
set logscale y
set ylabel "microseconds (1000 instructions)"
set format y "10^{%L}"
array colour[3] = [ "#b03a2e", "#1f618d", "#7d6608" ]

if (plot eq "idle") {
	set title "Idle area: median latency against size"
	set logscale x 2
	set xlabel "pages"
	plot for [k = 1:words(kernels)] for [op in "allocate release"] \
		sprintf("%s/idle-%s-%s", dir, word(kernels, k), op) \
		with linespoints lc rgb colour[k] dt 1 + (op eq "release") \
		pt (op eq "release" ? 6 : 7) ps 0.6 \
		title sprintf("%s, %s", word(kernels, k), op)
}

if (plot eq "camera") {
	set title "Camera pipeline beside reads of files: allocations not slower than"
	unset logscale y
	set logscale x
	set format y "%.0f %%"
	set ylabel "share of allocations"
	set xlabel "microseconds (1000 instructions)"
	set key bottom right
	set yrange [0:100]
	plot for [k = 1:words(kernels)] for [size in "1080p 4K"] \
		sprintf("%s/camera-%s-%s", dir, word(kernels, k), size) \
		using 1:($2 * 100) with steps lw 2 lc rgb colour[k] \
		dt 1 + (size eq "4K") \
		title sprintf("%s, %s", word(kernels, k), size)
}

if (plot eq "full" || plot eq "pins" || plot eq "holes") {
	set title (plot eq "full" ? "Full area: median latency of an allocation" : \
		plot eq "pins" ? \
		"Pages that cannot move: median latency of an allocation or refusal" : \
		"Every other frame taken: median latency of an allocation or refusal")
	set datafile missing "?"
	set style data histogram
	set style histogram clustered gap 1
	set style fill solid border -1
	set xtics rotate by -45 scale 0 font ",9"
	set key top right
	set bmargin 9
	plot for [k = 1:words(kernels)] sprintf("%s/%s", dir, plot) \
		using (column(k + 1)):xtic(1) lc rgb colour[k] \
		title word(kernels, k)
}
