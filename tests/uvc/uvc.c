/* A webcam that is not there: preloaded into a program, it is seen as /dev/video42 and plays files.
 *
 * Interposed: opendir, readdir, closedir (the node among /dev's, where others are hidden), open and its kin (the node, and its name under
 * /sys), syscall (libraries that speak V4L2 from Rust ask ioctls by number), ioctl, poll and close. A memfd stands
 * for the device, so that mmap works by itself. Everything else goes to the system.
 *
 * $MENSHEN_UVC names a folder with `name` (what the webcam calls itself), folders of frames `FRAMES/0`, `FRAMES/1`
 * and so on, and `control`, one line that is read again before each answer:
 *   plug N   which life of the webcam this is; 0: unplugged. A descriptor of an earlier life answers ENODEV.
 *   state S  ok; stalled: no frame comes; busy: another program streams; denied: it may not be opened; narrow:
 *            half the size is offered too, and alone has room on the cable
 *   format F width W height H stride S rate R   what it sends, under a running stream too. S: bytes in a row
 *   short N  each frame tells N bytes and no more, whatever else lies in its buffer; 0: all
 *   frames D which folder is played, round and round
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NODE "/dev/video42"
#define NAME "/sys/class/video4linux/video42/name"
#define MOST 8
#define BUFFERS 4

struct control {
    int plug;
    char state[16], format[8], frames[64];
    unsigned width, height, stride, rate, shorter;
};

/* An open descriptor. `count` buffers of `size` bytes; those that wait to be filled, in order. */
struct seat {
    int fd, life, count, streaming, waiting, queue[BUFFERS];
    unsigned size, played, half;
    long long due;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct seat seats[MOST];
static DIR *listings[MOST];
static char filled[8 << 20];

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))
static long (*real_syscall)(long, ...);
static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static int (*real_poll)(struct pollfd *, nfds_t, int);
static int (*real_ioctl)(int, unsigned long, void *);

__attribute__((constructor)) static void find(void) {
    real_syscall = REAL(long (*)(long, ...), "syscall");
    real_open = REAL(int (*)(const char *, int, ...), "open");
    real_close = REAL(int (*)(int), "close");
    real_poll = REAL(int (*)(struct pollfd *, nfds_t, int), "poll");
    real_ioctl = REAL(int (*)(int, unsigned long, void *), "ioctl");
}

static int fail(int error) {
    errno = error;
    return -1;
}

static int in_folder(const char *name, int flags) {
    char path[512];
    const char *folder = getenv("MENSHEN_UVC");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "", name);
    return real_open(path, flags | O_CLOEXEC);
}

static struct control now(void) {
    struct control c = {0};
    char line[256] = "";
    int fd = in_folder("control", O_RDONLY);
    if (fd < 0) return c;
    ssize_t length = read(fd, line, sizeof line - 1);
    real_close(fd);
    int found = length < 0 ? 0
        : sscanf(line, "plug %d state %15s format %7s width %u height %u stride %u rate %u short %u frames %63s", &c.plug,
              c.state, c.format, &c.width, &c.height, &c.stride, &c.rate, &c.shorter, c.frames);
    if (found != 9) c.plug = 0;
    return c;
}

static int is(const struct control *c, const char *state) { return strcmp(c->state, state) == 0; }

static long long milliseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static struct seat *seat_of(int fd) {
    for (int i = 0; fd > 0 && i < MOST; i++)
        if (seats[i].fd == fd) return &seats[i];
    return NULL;
}

static int sit_down(const struct control *c) {
    if (!c->plug) return fail(ENOENT);
    if (is(c, "denied")) return fail(EACCES);
    for (int i = 0; i < MOST; i++)
        if (!seats[i].fd) {
            int fd = memfd_create("uvc", MFD_CLOEXEC);
            if (fd > 0) seats[i] = (struct seat){.fd = fd, .life = c->plug};
            return fd;
        }
    return fail(EMFILE);
}

static void format_of(const struct seat *s, const struct control *c, struct v4l2_pix_format *pix) {
    int packed = strcmp(c->format, "MJPG") == 0;
    memset(pix, 0, sizeof *pix);
    pix->width = c->width >> s->half;
    pix->height = c->height >> s->half;
    memcpy(&pix->pixelformat, c->format, 4);
    pix->field = V4L2_FIELD_NONE;
    pix->bytesperline = packed ? 0 : c->stride;
    pix->sizeimage = (packed ? c->width * 2 : c->stride) * c->height; /* a frame is as large as its file, whatever was agreed */
    pix->colorspace = V4L2_COLORSPACE_SRGB;
}

static int taken_by_another(const struct seat *s, const struct control *c) {
    for (int i = 0; i < MOST; i++)
        if (seats[i].fd && seats[i].life == s->life && seats[i].count && &seats[i] != s) return 1;
    return is(c, "busy");
}

static int ready(const struct seat *s, const struct control *c) {
    return s->streaming && s->waiting && !is(c, "stalled") && milliseconds() >= s->due;
}

/* The next file of the folder into the buffer that has waited longest. */
static int dequeue(struct seat *s, const struct control *c, struct v4l2_buffer *b) {
    char path[96];
    if (!ready(s, c)) return fail(EAGAIN);
    snprintf(path, sizeof path, "%s/%u", c->frames, s->played);
    int file = in_folder(path, O_RDONLY);
    if (file < 0) {
        s->played = 0;
        snprintf(path, sizeof path, "%s/0", c->frames);
        file = in_folder(path, O_RDONLY);
    }
    if (file < 0) return fail(EIO);
    ssize_t length = read(file, filled, s->size < sizeof filled ? s->size : sizeof filled);
    real_close(file);
    if (length < 0) return -1;
    s->played++;
    s->due = milliseconds() + 1000 / (c->rate ? c->rate : 1);
    b->index = s->queue[0];
    s->waiting--;
    memmove(s->queue, s->queue + 1, s->waiting * sizeof *s->queue);
    if (pwrite(s->fd, filled, length, (off_t)b->index * s->size) != length) return fail(EIO);
    b->bytesused = c->shorter && c->shorter < length ? c->shorter : length;
    b->field = V4L2_FIELD_NONE;
    b->flags = V4L2_BUF_FLAG_MAPPED | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    b->timestamp.tv_sec = milliseconds() / 1000;
    b->timestamp.tv_usec = milliseconds() % 1000 * 1000;
    b->sequence = s->played;
    b->length = s->size;
    return 0;
}

static int request(struct seat *s, const struct control *c, struct v4l2_requestbuffers *r) {
    struct v4l2_pix_format pix;
    if (taken_by_another(s, c) || s->streaming) return fail(EBUSY);
    format_of(s, c, &pix);
    s->size = (pix.sizeimage + 4095) / 4096 * 4096;
    s->count = r->count = r->count < BUFFERS ? r->count : BUFFERS;
    return ftruncate(s->fd, (off_t)s->count * s->size);
}

static int answer(struct seat *s, unsigned long ask, void *arg) {
    struct control c = now();
    if (c.plug != s->life) return fail(ENODEV);
    struct v4l2_buffer *b = arg;
    switch ((unsigned)ask) {
    case VIDIOC_QUERYCAP: {
        struct v4l2_capability *cap = arg;
        int fd = in_folder("name", O_RDONLY);
        memset(cap, 0, sizeof *cap);
        strcpy((char *)cap->driver, "uvcvideo");
        strcpy((char *)cap->bus_info, "usb-virtual-1");
        ssize_t length = read(fd, cap->card, sizeof cap->card - 1);
        real_close(fd);
        cap->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        cap->capabilities = cap->device_caps | V4L2_CAP_DEVICE_CAPS;
        return length < 0 ? -1 : 0;
    }
    case VIDIOC_ENUM_FMT: {
        struct v4l2_fmtdesc *f = arg;
        if (f->index) return fail(EINVAL);
        memcpy(&f->pixelformat, c.format, 4);
        return 0;
    }
    case VIDIOC_ENUM_FRAMESIZES: {
        struct v4l2_frmsizeenum *f = arg;
        if (f->index > (unsigned)is(&c, "narrow")) return fail(EINVAL);
        f->type = V4L2_FRMSIZE_TYPE_DISCRETE;
        f->discrete = (struct v4l2_frmsize_discrete){c.width >> f->index, c.height >> f->index};
        return 0;
    }
    case VIDIOC_ENUM_FRAMEINTERVALS: {
        struct v4l2_frmivalenum *f = arg;
        if (f->index > 1) return fail(EINVAL);
        f->type = V4L2_FRMIVAL_TYPE_DISCRETE;
        f->discrete = f->index ? (struct v4l2_fract){2, 15} : (struct v4l2_fract){1, c.rate};
        return 0;
    }
    case VIDIOC_S_FMT:
        if (taken_by_another(s, &c) || s->count) return fail(EBUSY);
        s->half = is(&c, "narrow") && ((struct v4l2_format *)arg)->fmt.pix.width < c.width; /* fall through */
    case VIDIOC_G_FMT: format_of(s, &c, &((struct v4l2_format *)arg)->fmt.pix); return 0;
    case VIDIOC_S_PARM:
    case VIDIOC_G_PARM: {
        struct v4l2_captureparm *p = &((struct v4l2_streamparm *)arg)->parm.capture;
        p->capability = V4L2_CAP_TIMEPERFRAME;
        p->timeperframe = (struct v4l2_fract){1, c.rate};
        return 0;
    }
    case VIDIOC_REQBUFS: return request(s, &c, arg);
    case VIDIOC_QUERYBUF:
        if (b->index >= (unsigned)s->count) return fail(EINVAL);
        b->length = s->size;
        b->m.offset = b->index * s->size;
        return 0;
    case VIDIOC_QBUF:
        if (b->index >= (unsigned)s->count || s->waiting == BUFFERS) return fail(EINVAL);
        s->queue[s->waiting++] = b->index;
        return 0;
    case VIDIOC_DQBUF: return s->streaming ? dequeue(s, &c, b) : fail(EINVAL);
    case VIDIOC_STREAMON:
        if (taken_by_another(s, &c)) return fail(EBUSY);
        if (is(&c, "narrow") && !s->half) return fail(ENOSPC);
        return s->streaming = 1, 0;
    case VIDIOC_STREAMOFF: return s->streaming = s->waiting = 0, 0;
    default: return fail(EINVAL); /* controls: it has none */
    }
}

/* Answers an ioctl on a descriptor of ours; 0 if it is another's. */
static int answered(int fd, unsigned long ask, void *arg, long *result) {
    pthread_mutex_lock(&lock);
    struct seat *s = seat_of(fd);
    if (s) *result = answer(s, ask, arg);
    pthread_mutex_unlock(&lock);
    return s != NULL;
}

long syscall(long number, ...) {
    long a[6], result;
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
    va_end(list);
    if (!real_syscall) find();
    if (number == SYS_ioctl && answered((int)a[0], a[1], (void *)a[2], &result)) return result;
    return real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int ioctl(int fd, unsigned long ask, ...) {
    long result;
    va_list list;
    va_start(list, ask);
    void *arg = va_arg(list, void *);
    va_end(list);
    if (!real_ioctl) find();
    return answered(fd, ask, arg, &result) ? (int)result : real_ioctl(fd, ask, arg);
}

int poll(struct pollfd *fds, nfds_t count, int timeout) {
    if (!real_poll) find();
    long long end = milliseconds() + timeout;
    while (count == 1) {
        pthread_mutex_lock(&lock);
        struct seat *s = seat_of(fds->fd);
        struct control c = {0};
        if (s) c = now();
        int gone = s && (c.plug != s->life || !s->streaming), frame = s && ready(s, &c);
        pthread_mutex_unlock(&lock);
        if (!s) break;
        fds->revents = gone ? POLLERR | POLLHUP : frame ? POLLIN : 0;
        if (fds->revents) return 1;
        if (timeout >= 0 && milliseconds() >= end) return 0;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    return real_poll(fds, count, timeout);
}

int close(int fd) {
    if (!real_close) find();
    pthread_mutex_lock(&lock);
    struct seat *s = seat_of(fd);
    if (s) memset(s, 0, sizeof *s);
    pthread_mutex_unlock(&lock);
    return real_close(fd);
}

/* A descriptor for one of our two paths; -2 for any other. */
static int opened(const char *path) {
    if (!real_open) find();
    int node = strcmp(path, NODE) == 0;
    if (!node && strcmp(path, NAME) != 0) return -2;
    pthread_mutex_lock(&lock);
    struct control c = now();
    int fd = node ? sit_down(&c) : c.plug ? in_folder("name", O_RDONLY) : fail(ENOENT);
    pthread_mutex_unlock(&lock);
    return fd;
}

#define OPEN(name)                                                            \
    int name(const char *path, int flags, ...) {                              \
        va_list list;                                                         \
        va_start(list, flags);                                                \
        int mode = va_arg(list, int), fd = opened(path);                      \
        va_end(list);                                                         \
        return fd == -2 ? real_open(path, flags, mode) : fd;                  \
    }
OPEN(open)
OPEN(open64)

#define OPEN_AT(name)                                                         \
    int name(int folder, const char *path, int flags, ...) {                  \
        va_list list;                                                         \
        va_start(list, flags);                                                \
        int mode = va_arg(list, int), fd = opened(path);                      \
        va_end(list);                                                         \
        return fd == -2 ? (int)real_syscall(SYS_openat, folder, path, flags, mode) : fd; \
    }
OPEN_AT(openat)
OPEN_AT(openat64)

DIR *opendir(const char *path) {
    DIR *listing = REAL(DIR * (*)(const char *), "opendir")(path);
    if (!listing || strcmp(path, "/dev") != 0) return listing;
    pthread_mutex_lock(&lock);
    for (int i = 0, done = 0; !done && i < MOST; i++)
        if (!listings[i]) listings[i] = listing, done = 1;
    pthread_mutex_unlock(&lock);
    return listing;
}

static DIR **kept(DIR *listing) {
    for (int i = 0; i < MOST; i++)
        if (listings[i] == listing) return &listings[i];
    return NULL;
}

struct dirent64 *readdir64(DIR *listing) {
    static __thread struct dirent64 ours;
    struct dirent64 *entry;
    pthread_mutex_lock(&lock);
    DIR **of_dev = kept(listing);
    do entry = REAL(struct dirent64 * (*)(DIR *), "readdir64")(listing);
    while (of_dev && entry && strncmp(entry->d_name, "video", 5) == 0);
    if (of_dev && !entry) {
        *of_dev = NULL;
        if (now().plug) {
            ours = (struct dirent64){.d_ino = 42, .d_reclen = sizeof ours, .d_type = DT_CHR};
            strcpy(ours.d_name, NODE + sizeof "/dev");
            entry = &ours;
        }
    }
    pthread_mutex_unlock(&lock);
    return entry;
}

/* The same on every machine whose files are counted in 64 bits. */
struct dirent *readdir(DIR *listing) { return (struct dirent *)readdir64(listing); }

int closedir(DIR *listing) {
    pthread_mutex_lock(&lock);
    DIR **of_dev = kept(listing);
    if (of_dev) *of_dev = NULL;
    pthread_mutex_unlock(&lock);
    return REAL(int (*)(DIR *), "closedir")(listing);
}
