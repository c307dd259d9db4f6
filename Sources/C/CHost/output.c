#include "chost.h"

#include <stdio.h>

void chost_print_by_line(void) { setvbuf(stdout, NULL, _IOLBF, 0); }
