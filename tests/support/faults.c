/* faults.c: a disk and a clock that fail, for one program: cc -shared -fPIC -o faults.so faults.c -ldl; LD_PRELOAD=faults.so PROGRAM
 *
 *   KAIROS_FAULT_NAME=TEXT      files whose name ends with TEXT ...
 *   KAIROS_FAULT_CALLS=w|f|a|l  ... fail to be written (w), to be brought to disk (f), to be given room (a), to get a second name (l), or several
 *                               of these, with EIO
 *   KAIROS_FAULT_ERRNO=NUMBER   or another error,
 *   KAIROS_FAULT_WHILE=FILE     as long as FILE exists
 *   KAIROS_CLOCK_JUMPS=SECONDS  the system's clock goes forth by a day, back by a day and right again, every SECONDS; steady clocks stay steady
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int fails_at(const char *path, char call) {
    const char *name = getenv("KAIROS_FAULT_NAME"), *calls = getenv("KAIROS_FAULT_CALLS"), *file = getenv("KAIROS_FAULT_WHILE");
    if (!name || !calls || !strchr(calls, call) || !file || access(file, F_OK) != 0) return 0;
    const size_t length = strlen(path);
    if (length < strlen(name) || strcmp(path + length - strlen(name), name) != 0) return 0;
    const char *number = getenv("KAIROS_FAULT_ERRNO");
    errno = number ? atoi(number) : EIO;
    return 1;
}

static int fails(int descriptor, char call) {
    char link_to[64], path[4096];
    snprintf(link_to, sizeof link_to, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(link_to, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return fails_at(path, call);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) { return fails(fd, 'w') ? -1 : REAL(write)(fd, data, size); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return fails(fd, 'w') ? -1 : REAL(pwrite)(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { return fails(fd, 'w') ? -1 : REAL(pwrite64)(fd, data, size, at); }
ssize_t writev(int fd, const struct iovec *parts, int count) { return fails(fd, 'w') ? -1 : REAL(writev)(fd, parts, count); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return fails(fd, 'w') ? -1 : REAL(pwritev)(fd, parts, count, at); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    return fails(fd, 'w') ? -1 : REAL(pwritev64)(fd, parts, count, at);
}
int posix_fallocate(int fd, off_t at, off_t size) { return fails(fd, 'a') ? errno : REAL(posix_fallocate)(fd, at, size); }
int posix_fallocate64(int fd, off64_t at, off64_t size) { return fails(fd, 'a') ? errno : REAL(posix_fallocate64)(fd, at, size); }
int link(const char *from, const char *to) { return fails_at(from, 'l') ? -1 : REAL(link)(from, to); }
int fsync(int fd) { return fails(fd, 'f') ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fails(fd, 'f') ? -1 : REAL(fdatasync)(fd); }

static time_t jump(void) {
    const char *every = getenv("KAIROS_CLOCK_JUMPS");
    struct timespec steady;
    if (!every || REAL(clock_gettime)(CLOCK_MONOTONIC, &steady) != 0) return 0;
    const long turn = (long)(((double)steady.tv_sec + 1e-9 * (double)steady.tv_nsec) / atof(every));
    return (time_t)(86400 * (turn % 3 - 1));
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    const int result = REAL(clock_gettime)(clock, now);
    if (result == 0 && clock == CLOCK_REALTIME) now->tv_sec += jump();
    return result;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    const int result = REAL(gettimeofday)(now, zone);
    if (result == 0) now->tv_sec += jump();
    return result;
}
time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
