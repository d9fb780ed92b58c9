# SPDX-License-Identifier: BSD-2-Clause
# For GNU make.  Goals such as all and check each begin a make of their own.  At the same time, as
# in "make -j2 all check", these would both link a program that one of them is about to run.
ifeq ($(MAKELEVEL),0)
ifneq ($(word 2,$(MAKECMDGOALS)),)
ifneq ($(filter all check check-TESTS install installcheck dist distcheck,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif
endif
endif
