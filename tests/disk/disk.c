/* A disk that is watched, or that fails: preloaded into a program, it stands before every call that changes a file
 * under one folder.
 *
 * $MENSHEN_DISK names the folder, by its real path. Each call under it that makes, writes, cuts, syncs, renames or
 * removes a file, and each opening for writing, is counted from 1. What is done beside passing it on:
 *   $MENSHEN_DISK_TRACE names a file to which each such call that succeeded is written down with its bytes, and what
 *     the program says on its standard output, in the order in which they happened. A record is `struct record`, then
 *     the two names, then the bytes.
 *   $MENSHEN_DISK_KILL = `N whole` or `N half`: SIGKILL in the place of call N; with `half`, when the first pages of
 *     what it writes are written.
 *   $MENSHEN_DISK_FAIL = `CLASS ERROR FIRST LAST`: the calls FIRST to LAST of this class (counted apart) fail.
 *     CLASS: write (what needs room), sync, change (everything that is counted), read. ERROR: EIO, ENOSPC, EROFS, or
 *     SHORT: call FIRST writes its first pages, the others have no room. A sync that fails is written down as such.
 * Copies within the kernel are refused, so that they come as writes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 1024
#define NAME 512
#define PAGE 4096
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { WRITE = 1, SYNC = 2, CHANGE = 4, READ = 8, BYTES = 16 };

struct record {
    char what;
    uint64_t count, file, offset;
    uint32_t from, to, bytes;
} __attribute__((packed));

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[NAME];
static char *names[FILES];
static int trace = -1, class, error, is_short, half;
static uint64_t count, hits, first, last, deadly;
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_open)(const char *, int, ...);

static __attribute__((constructor)) void begin(void) {
    const char *at = getenv("MENSHEN_DISK"), *to = getenv("MENSHEN_DISK_TRACE");
    const char *fail = getenv("MENSHEN_DISK_FAIL"), *kill = getenv("MENSHEN_DISK_KILL");
    char kind[16], code[16];
    real_write = REAL(write);
    real_open = REAL(open);
    if (at)
        snprintf(folder, sizeof folder, "%s", at);
    if (to)
        trace = real_open(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (kill && sscanf(kill, "%lu %15s", &deadly, kind) == 2)
        half = !strcmp(kind, "half");
    if (fail && sscanf(fail, "%15s %15s %lu %lu", kind, code, &first, &last) == 4) {
        class = !strcmp(kind, "write") ? WRITE : !strcmp(kind, "sync") ? SYNC : !strcmp(kind, "read") ? READ : CHANGE;
        is_short = !strcmp(code, "SHORT");
        error = !strcmp(code, "EIO") ? EIO : !strcmp(code, "EROFS") ? EROFS : ENOSPC;
    }
}

/* The name under the folder; none if it lies elsewhere. The folder itself is ".". */
static const char *under(int at, const char *path, char *whole) {
    size_t length = strlen(folder);
    if (!length)
        return NULL;
    if (path[0] != '/') {
        if (at < 0 || at >= FILES || !names[at])
            return NULL;
        if (!strcmp(names[at], "."))
            snprintf(whole, NAME, "%s", path);
        else
            snprintf(whole, NAME, "%.250s/%.250s", names[at], path);
        return whole;
    }
    if (strncmp(path, folder, length))
        return NULL;
    path += length;
    while (*path == '/')
        path++;
    return *path ? path : ".";
}

static const char *name_of(int fd) {
    return fd >= 0 && fd < FILES ? names[fd] : NULL;
}

static uint64_t file_of(int fd) {
    struct stat found;
    return fstat(fd, &found) ? 0 : found.st_ino;
}

static void put(const void *bytes, size_t length) {
    const char *from = bytes;
    while (length) {
        ssize_t done = real_write(trace, from, length);
        if (done <= 0)
            abort();
        from += done;
        length -= done;
    }
}

static void note(char what, uint64_t file, uint64_t offset, const char *from, const char *to, const void *bytes,
                 size_t length) {
    int before = errno;
    struct record record = {what, count, file, offset, from ? strlen(from) : 0, to ? strlen(to) : 0, length};
    if (trace >= 0) {
        put(&record, sizeof record);
        put(from, record.from);
        put(to, record.to);
        put(bytes, length);
    }
    errno = before;
}

/* Before a call: counts it, and gives the error that it is to end with; -1 for a short write. */
static int meet(int classes) {
    if (classes & CHANGE) {
        count++;
        if (count == deadly && !(half && classes & BYTES))
            raise(SIGKILL);
    }
    if (!class || !(classes & class))
        return 0;
    hits++;
    if (hits < first || hits > last)
        return 0;
    if (is_short && hits == first && classes & BYTES)
        return -1;
    return error;
}

static int opened(int at, const char *path, int flags, mode_t mode, int (*real)(int, const char *, int, ...)) {
    char whole[NAME];
    int dir = at, fd, fault, fresh;
    const char *name;
    pthread_mutex_lock(&lock);
    name = under(dir, path, whole);
    if (!name) {
        pthread_mutex_unlock(&lock);
        return real(at, path, flags, mode);
    }
    fresh = flags & O_CREAT && faccessat(at, path, F_OK, 0);
    fault = (flags & O_ACCMODE) == O_RDONLY && !(flags & O_CREAT) ? 0 : meet(fresh ? WRITE | CHANGE : CHANGE);
    if (fault > 0) {
        pthread_mutex_unlock(&lock);
        errno = fault;
        return -1;
    }
    fd = real(at, path, flags, mode);
    if (fd >= 0 && fd < FILES) {
        free(names[fd]);
        names[fd] = strdup(name);
        note(fresh ? 'c' : 'o', file_of(fd), 0, name, NULL, NULL, 0);
        if (flags & O_TRUNC && !fresh)
            note('t', file_of(fd), 0, name, NULL, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define OPENED(name, ...)                                                                                              \
    mode_t mode = 0;                                                                                                   \
    if (flags & O_CREAT) {                                                                                             \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode = va_arg(rest, mode_t);                                                                                   \
        va_end(rest);                                                                                                  \
    }                                                                                                                  \
    return opened(__VA_ARGS__, path, flags, mode, REAL(openat))

int open(const char *path, int flags, ...) {
    OPENED(open, AT_FDCWD);
}
int open64(const char *path, int flags, ...) {
    OPENED(open64, AT_FDCWD);
}
int openat(int at, const char *path, int flags, ...) {
    OPENED(openat, at);
}
int openat64(int at, const char *path, int flags, ...) {
    OPENED(openat64, at);
}
int creat(const char *path, mode_t mode) {
    return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
int creat64(const char *path, mode_t mode) {
    return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int close(int fd) {
    int outcome;
    pthread_mutex_lock(&lock);
    if (fd >= 0 && fd < FILES) {
        free(names[fd]);
        names[fd] = NULL;
    }
    outcome = REAL(close)(fd);
    pthread_mutex_unlock(&lock);
    return outcome;
}

/* Half of a write, in whole pages: a system stops at none of its pages' middles. */
static size_t first_pages(off_t place, size_t length) {
    off_t end = (place + length / 2) / PAGE * PAGE;
    return end > place ? end - place : 0;
}

/* Writes at an offset, or where the file stands if that is -1. */
static ssize_t written(int fd, const void *bytes, size_t length, off_t offset) {
    struct stat found;
    ssize_t done;
    off_t place = offset;
    int fault;
    pthread_mutex_lock(&lock);
    if (!name_of(fd)) {
        if (fd == 1 && folder[0])
            note('s', 0, 0, NULL, NULL, bytes, length);
        pthread_mutex_unlock(&lock);
        return offset < 0 ? real_write(fd, bytes, length) : REAL(pwrite)(fd, bytes, length, offset);
    }
    if (place < 0) {
        place = lseek(fd, 0, SEEK_CUR);
        if (fcntl(fd, F_GETFL) & O_APPEND && !fstat(fd, &found))
            place = found.st_size;
    }
    fault = meet(WRITE | CHANGE | BYTES);
    if (fault > 0) {
        pthread_mutex_unlock(&lock);
        errno = fault;
        return -1;
    }
    if (fault < 0 || count == deadly) {
        length = first_pages(place, length);
        if (!length && count == deadly)
            raise(SIGKILL);
        if (!length) {
            pthread_mutex_unlock(&lock);
            errno = ENOSPC;
            return -1;
        }
    }
    done = offset < 0 ? real_write(fd, bytes, length) : REAL(pwrite)(fd, bytes, length, offset);
    if (count == deadly)
        raise(SIGKILL);
    if (done > 0)
        note('w', file_of(fd), place, name_of(fd), NULL, bytes, done);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (!real_write)
        real_write = REAL(write);
    return written(fd, bytes, length, -1);
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return written(fd, bytes, length, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    return written(fd, bytes, length, offset);
}

/* A gathered write may be shorter than asked: its first part is one. */
ssize_t writev(int fd, const struct iovec *parts, int many) {
    if (!name_of(fd) && fd != 1)
        return REAL(writev)(fd, parts, many);
    for (int at = 0; at < many; at++)
        if (parts[at].iov_len)
            return written(fd, parts[at].iov_base, parts[at].iov_len, -1);
    return 0;
}
ssize_t pwritev(int fd, const struct iovec *parts, int many, off_t offset) {
    if (!name_of(fd))
        return REAL(pwritev)(fd, parts, many, offset);
    for (int at = 0; at < many; at++)
        if (parts[at].iov_len)
            return written(fd, parts[at].iov_base, parts[at].iov_len, offset);
    return 0;
}
ssize_t pwritev64(int fd, const struct iovec *parts, int many, off64_t offset) {
    return pwritev(fd, parts, many, offset);
}

/* What changes an open file and is none of the writes. `grows`: it needs room. */
#define CHANGED(what, classes, size, call)                                                                             \
    int fault, outcome = 0;                                                                                            \
    pthread_mutex_lock(&lock);                                                                                         \
    fault = name_of(fd) ? meet(classes) : 0;                                                                           \
    if (fault > 0) {                                                                                                   \
        if ((classes) & SYNC)                                                                                          \
            note('f', file_of(fd), 0, name_of(fd), NULL, NULL, 0);                                                     \
        errno = fault;                                                                                                 \
        outcome = -1;                                                                                                  \
    } else {                                                                                                           \
        outcome = call;                                                                                                \
        if (!outcome && name_of(fd))                                                                                   \
            note(what, file_of(fd), size, name_of(fd), NULL, NULL, 0);                                                 \
    }                                                                                                                  \
    pthread_mutex_unlock(&lock);                                                                                       \
    return outcome

static int is_longer(int fd, off_t size) {
    struct stat found;
    return !fstat(fd, &found) && size > found.st_size ? WRITE | CHANGE : CHANGE;
}
int ftruncate(int fd, off_t size) {
    CHANGED('t', is_longer(fd, size), size, REAL(ftruncate)(fd, size));
}
int ftruncate64(int fd, off64_t size) {
    return ftruncate(fd, size);
}
int fsync(int fd) {
    CHANGED('y', SYNC | CHANGE, 0, REAL(fsync)(fd));
}
int fdatasync(int fd) {
    CHANGED('y', SYNC | CHANGE, 0, REAL(fdatasync)(fd));
}
/* It promises nothing after a power loss. */
int sync_file_range(int fd, off64_t offset, off64_t length, unsigned flags) {
    CHANGED('-', SYNC | CHANGE, 0, REAL(sync_file_range)(fd, offset, length, flags));
}
/* It only ever makes a file longer: whoever keeps the size is not of interest. */
int fallocate(int fd, int how, off_t offset, off_t length) {
    CHANGED('a', WRITE | CHANGE, offset + length, REAL(fallocate)(fd, how, offset, length));
}
int fallocate64(int fd, int how, off64_t offset, off64_t length) {
    return fallocate(fd, how, offset, length);
}
int posix_fallocate(int fd, off_t offset, off_t length) {
    return fallocate(fd, 0, offset, length) ? errno : 0;
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) {
    return posix_fallocate(fd, offset, length);
}

/* What changes names: one, or two. */
#define NAMED(what, classes, source_name, target_name, call)                                                           \
    char one[NAME], other[NAME];                                                                                       \
    int fault, outcome = 0;                                                                                            \
    const char *source, *target;                                                                                       \
    pthread_mutex_lock(&lock);                                                                                         \
    source = source_name;                                                                                              \
    target = target_name;                                                                                              \
    fault = source || target ? meet(classes) : 0;                                                                      \
    if (fault > 0) {                                                                                                   \
        errno = fault;                                                                                                 \
        outcome = -1;                                                                                                  \
    } else {                                                                                                           \
        outcome = call;                                                                                                \
        if (!outcome && source)                                                                                        \
            note(what, 0, 0, source, target, NULL, 0);                                                                 \
    }                                                                                                                  \
    pthread_mutex_unlock(&lock);                                                                                       \
    return outcome
#define NO_OTHER ((void)other, NULL)

int renameat2(int at, const char *from, int to_at, const char *to, unsigned flags) {
    NAMED('r', CHANGE, under(at, from, one), under(to_at, to, other), REAL(renameat2)(at, from, to_at, to, flags));
}
int renameat(int at, const char *from, int to_at, const char *to) {
    return renameat2(at, from, to_at, to, 0);
}
int rename(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int linkat(int at, const char *from, int to_at, const char *to, int flags) {
    NAMED('l', WRITE | CHANGE, under(at, from, one), under(to_at, to, other), REAL(linkat)(at, from, to_at, to, flags));
}
int link(const char *from, const char *to) {
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int unlinkat(int at, const char *path, int flags) {
    NAMED('u', CHANGE, under(at, path, one), NO_OTHER, REAL(unlinkat)(at, path, flags));
}
int unlink(const char *path) {
    return unlinkat(AT_FDCWD, path, 0);
}
int rmdir(const char *path) {
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}
int mkdirat(int at, const char *path, mode_t mode) {
    NAMED('m', WRITE | CHANGE, under(at, path, one), NO_OTHER, REAL(mkdirat)(at, path, mode));
}
int mkdir(const char *path, mode_t mode) {
    return mkdirat(AT_FDCWD, path, mode);
}

static int is_unreadable(int fd) {
    int fault;
    pthread_mutex_lock(&lock);
    fault = name_of(fd) ? meet(READ) : 0;
    pthread_mutex_unlock(&lock);
    errno = fault > 0 ? fault : errno;
    return fault > 0;
}
ssize_t read(int fd, void *into, size_t length) {
    return is_unreadable(fd) ? -1 : REAL(read)(fd, into, length);
}
ssize_t pread(int fd, void *into, size_t length, off_t offset) {
    return is_unreadable(fd) ? -1 : REAL(pread)(fd, into, length, offset);
}
ssize_t pread64(int fd, void *into, size_t length, off64_t offset) {
    return pread(fd, into, length, offset);
}

ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *there, size_t length, unsigned flags) {
    errno = EXDEV;
    return name_of(to) ? -1 : REAL(copy_file_range)(from, at, to, there, length, flags);
}
ssize_t sendfile(int to, int from, off_t *at, size_t length) {
    ssize_t (*real)(int, int, off_t *, size_t) = (ssize_t(*)(int, int, off_t *, size_t))dlsym(RTLD_NEXT, "sendfile");
    errno = EINVAL;
    return name_of(to) ? -1 : real(to, from, at, length);
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t length) {
    return sendfile(to, from, at, length);
}
