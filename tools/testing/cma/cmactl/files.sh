#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The files that cmactl writes: the picture of an area and the plot of a plan.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"

cd "$O"
board=$(tree board)
rm -f map.svg plot.gp plot.gp.svg

"$CMACTL" --root "$board" --page-size 4096 map reserved --svg map.svg
# 16384 pages in cells of 16, and a legend of four kinds
cells=$(grep -c '<title>' map.svg)
status=0
[ "$cells" -eq 1024 ] || status=1
result "files: a rectangle a cell" "$status" "$cells"
status=0
taken=$(grep -c 'fill="#b03a2e"' map.svg)
# 760 pages are 47 cells and half of one, twice; 2048 are 128; 16 at page 9000 lie
# half in two. What is half taken is drawn as taken.
[ "$taken" -eq 227 ] || status=1
result "files: taken cells and their legend" "$status" "$taken"
status=0
python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' map.svg || status=1
result "files: the picture is XML" "$status"
status=0
grep -q '>3.0 MiB at 0x5b400000: camera/314, fe800000.isp, isp_alloc_buffer' map.svg || status=1
result "files: who has it, and for which device" "$status" "not below the picture"

"$CMACTL" plan --plot plot.gp "$HERE/traces/split.txt" >/dev/null
points=$(grep -E '^[0-9.]+ [0-9.]+ [0-9.]+$' plot.gp)
# seconds, MiB taken, largest hole in the 20 MiB that 18 are rounded up to
expected='0.000000 4.0000 16.0000
1.000000 12.0000 8.0000
2.000000 8.0000 8.0000
3.000000 14.0000 4.0000
4.500000 16.0000 2.0000'
status=0
[ "$points" = "$expected" ] || status=1
result "files: levels of the plot" "$status" "$(echo "$points" | tr '\n' ';')"
status=0
gnuplot plot.gp 2>plot.log || status=1
[ -s plot.gp.svg ] || status=1
result "files: gnuplot draws it" "$status" "$(head -n 1 plot.log)"

status=0
"$CMACTL" --root "$board" map reserved --svg /nowhere/map.svg 2>err || status=$?
[ "$status" -eq 5 ] && status=0
result "files: a folder that is not there" "$status" "exit status $status"
echo "1..$number"
