# SPDX-License-Identifier: BSD-2-Clause
profilesdir = $(pkgdatadir)/profiles
dist_profiles_DATA = \
	drivers/profiles/apc-smart-ups.conf \
	drivers/profiles/cl-213.conf \
	drivers/profiles/comet-t3311.conf \
	drivers/profiles/dpt-mod.conf \
	drivers/profiles/pta8c04.conf \
	drivers/profiles/pzem-004t.conf \
	drivers/profiles/qfa3150.conf \
	drivers/profiles/querx-th.conf \
	drivers/profiles/r4dcb08.conf \
	drivers/profiles/rle-ld1500.conf \
	drivers/profiles/sdm120.conf \
	drivers/profiles/sdm630.conf \
	drivers/profiles/senseair-s8.conf \
	drivers/profiles/trf-b2.conf \
	drivers/profiles/vaisala-hmp.conf \
	drivers/profiles/waveshare-io8.conf \
	drivers/profiles/wb-msw3.conf \
	drivers/profiles/xy-md02.conf
