/* Loaded into a program in front of the C library (LD_PRELOAD): the disk is full or slow, the wall clock is wrong,
 * names cannot be resolved - as the board says, a small file that the gate and the program both map. What the gate
 * writes there acts at once; what the program met is counted there. A program that does not call the C library (Go,
 * anything static) never comes here: its counters stay at zero, and the fault has no witness.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <arpa/inet.h>
#include <time.h>
#include <unistd.h>

#define NANO 1000000000LL
#define SINCE_1970 1000000000LL /* a larger second is a wall clock's, a smaller one the time since the machine started */

/* The order is that of FIELDS in shim.py. */
struct board {
    int64_t programs, disk_full, refused_writes, sync_delay, delayed_syncs;
    int64_t clock_shift, shifted_reads, names_lost, failed_lookups;
};

static struct board idle;
static struct board *board = &idle;
static dev_t memory_devices[2];

#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); real; })
#define GET(field) __atomic_load_n(&board->field, __ATOMIC_RELAXED)
#define COUNT(field) __atomic_add_fetch(&board->field, 1, __ATOMIC_RELAXED)

__attribute__((constructor)) static void begin(void)
{
    struct stat status;
    const char *path = getenv("READINESS_SHIM");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *found = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (found != MAP_FAILED)
            board = found;
        close(file);
    }
    if (!stat("/dev/shm", &status))
        memory_devices[0] = status.st_dev;
    if ((file = memfd_create("device", MFD_CLOEXEC)) >= 0) {
        if (!fstat(file, &status))
            memory_devices[1] = status.st_dev;
        close(file);
    }
    COUNT(programs);
}

/* --- disk full: what would make a file grow fails; what is allocated may be written, as on a real disk.
 * Standard output and error belong to the gate, and shared memory is no disk. */

static int refused(int file, int64_t from, size_t size)
{
    struct stat status;
    if (!GET(disk_full) || file == 1 || file == 2 || !size || fstat(file, &status) || !S_ISREG(status.st_mode))
        return 0;
    if (status.st_dev == memory_devices[0] || status.st_dev == memory_devices[1])
        return 0;
    if (from < 0)
        from = fcntl(file, F_GETFL) & O_APPEND ? status.st_size : lseek(file, 0, SEEK_CUR);
    if (from + (int64_t)size <= status.st_size)
        return 0;
    COUNT(refused_writes);
    errno = ENOSPC;
    return 1;
}

static size_t total(const struct iovec *parts, int count)
{
    size_t size = 0;
    for (int i = 0; i < count; i++)
        size += parts[i].iov_len;
    return size;
}

ssize_t write(int file, const void *data, size_t size)
{
    return refused(file, -1, size) ? -1 : REAL(write)(file, data, size);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at)
{
    return refused(file, at, size) ? -1 : REAL(pwrite)(file, data, size, at);
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t at)
{
    return refused(file, at, size) ? -1 : REAL(pwrite64)(file, data, size, at);
}

ssize_t writev(int file, const struct iovec *parts, int count)
{
    return refused(file, -1, total(parts, count)) ? -1 : REAL(writev)(file, parts, count);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at)
{
    return refused(file, at, total(parts, count)) ? -1 : REAL(pwritev)(file, parts, count, at);
}

int fallocate(int file, int mode, off_t at, off_t size)
{
    return refused(file, at, size) ? -1 : REAL(fallocate)(file, mode, at, size);
}

int posix_fallocate(int file, off_t at, off_t size)
{
    return refused(file, at, size) ? ENOSPC : REAL(posix_fallocate)(file, at, size);
}

/* --- slow disk */

static void delay(void)
{
    int64_t nanoseconds = GET(sync_delay);
    if (nanoseconds > 0) {
        struct timespec left = {nanoseconds / NANO, nanoseconds % NANO};
        COUNT(delayed_syncs);
        while (nanosleep(&left, &left) && errno == EINTR)
            continue;
    }
}

int fsync(int file)
{
    delay();
    return REAL(fsync)(file);
}

int fdatasync(int file)
{
    delay();
    return REAL(fdatasync)(file);
}

/* --- clock: the wall clock only, as when somebody sets it; sleeping and the time since the start go on */

static struct timespec moved(struct timespec time, int64_t by)
{
    int64_t all = time.tv_sec * NANO + time.tv_nsec + by;
    return (struct timespec){all / NANO, all % NANO};
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int status = REAL(clock_gettime)(clock, time);
    if (!status && GET(clock_shift) && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        COUNT(shifted_reads);
        *time = moved(*time, GET(clock_shift));
    }
    return status;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now))
        return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *where)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where)
        *where = now.tv_sec;
    return now.tv_sec;
}

/* Who waits until a wall time that was computed from the moved clock must wait as long as he meant to. */
static struct timespec meant(const struct timespec *until)
{
    return until->tv_sec > SINCE_1970 ? moved(*until, -GET(clock_shift)) : *until;
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    struct timespec real = meant(until);
    return REAL(sem_timedwait)(semaphore, &real);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict until)
{
    struct timespec real = meant(until);
    return REAL(pthread_mutex_timedlock)(mutex, &real);
}

int pthread_cond_timedwait(pthread_cond_t *restrict changed, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until)
{
    static int (*wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    struct timespec real = meant(until);
    if (!wait) /* without a version the oldest is found, which knows another layout */
        *(void **)&wait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (!wait)
        *(void **)&wait = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    return wait(changed, mutex, &real);
}

/* --- names: what is no address cannot be resolved for now */

static int lost(const char *name)
{
    unsigned char address[16];
    if (!name || !GET(names_lost) || inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
        return 0;
    COUNT(failed_lookups);
    return 1;
}

int getaddrinfo(const char *restrict name, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict found)
{
    return lost(name) ? EAI_AGAIN : REAL(getaddrinfo)(name, service, hints, found);
}

struct hostent *gethostbyname(const char *name)
{
    if (lost(name)) {
        h_errno = TRY_AGAIN;
        return NULL;
    }
    return REAL(gethostbyname)(name);
}
