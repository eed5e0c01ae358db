/* SPDX-License-Identifier: MIT */
/* The headers of POSIX and Linux that declare what rows name. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <unistd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <time.h>
#include <monetary.h>
#include <regex.h>
#include <pwd.h>
#include <grp.h>
#include <shadow.h>
#include <netdb.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/xattr.h>
#include <sys/ioctl.h>
#include <sys/epoll.h>
#include <sys/klog.h>
#include <sys/random.h>
#include <arpa/inet.h>
#include <sched.h>
#include <pthread.h>
#include <mqueue.h>
#include <fcntl.h>
#include <dirent.h>
#include <execinfo.h>
#include <stdint.h>
#include <locale.h>
#include <sys/vfs.h>
