/* POSIX threads for a guest, which has exactly one: locks are always free, no thread can be started, and who would
 * wait for another one traps. For system roots that were built without threads and have no header of their own. */
#ifndef NANOBUILD_PTHREAD_H
#define NANOBUILD_PTHREAD_H

#define __NEED_clockid_t
#define __NEED_size_t
#define __NEED_pthread_attr_t
#define __NEED_pthread_cond_t
#define __NEED_pthread_condattr_t
#define __NEED_pthread_key_t
#define __NEED_pthread_mutex_t
#define __NEED_pthread_mutexattr_t
#define __NEED_pthread_once_t
#define __NEED_pthread_rwlock_t
#define __NEED_pthread_rwlockattr_t
#define __NEED_pthread_spinlock_t
#define __NEED_pthread_t
#include <bits/alltypes.h>
#include <errno.h>
#include <sched.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PTHREAD_CREATE_JOINABLE 0
#define PTHREAD_CREATE_DETACHED 1
#define PTHREAD_MUTEX_NORMAL 0
#define PTHREAD_MUTEX_DEFAULT 0
#define PTHREAD_MUTEX_RECURSIVE 1
#define PTHREAD_MUTEX_ERRORCHECK 2
#define PTHREAD_PROCESS_PRIVATE 0
#define PTHREAD_PROCESS_SHARED 1
#define PTHREAD_MUTEX_INITIALIZER {{{0}}}
#define PTHREAD_RWLOCK_INITIALIZER {{{0}}}
#define PTHREAD_COND_INITIALIZER {{{0}}}
#define PTHREAD_ONCE_INIT 0

/* A function that always says the same. */
#define NANOBUILD_ALWAYS(result, name, parameters) \
    static __inline__ int name parameters { return result; }

NANOBUILD_ALWAYS(EAGAIN, pthread_create, (pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *v))
NANOBUILD_ALWAYS(ESRCH, pthread_join, (pthread_t t, void **result))
NANOBUILD_ALWAYS(ESRCH, pthread_detach, (pthread_t t))
NANOBUILD_ALWAYS(ESRCH, pthread_cancel, (pthread_t t))
NANOBUILD_ALWAYS(0, pthread_setcancelstate, (int state, int *old))
NANOBUILD_ALWAYS(0, pthread_atfork, (void (*before)(void), void (*parent)(void), void (*child)(void)))

NANOBUILD_ALWAYS(0, pthread_attr_init, (pthread_attr_t *a))
NANOBUILD_ALWAYS(0, pthread_attr_destroy, (pthread_attr_t *a))
NANOBUILD_ALWAYS(0, pthread_attr_setdetachstate, (pthread_attr_t *a, int state))
NANOBUILD_ALWAYS(0, pthread_attr_setstacksize, (pthread_attr_t *a, size_t size))

NANOBUILD_ALWAYS(0, pthread_mutexattr_init, (pthread_mutexattr_t *a))
NANOBUILD_ALWAYS(0, pthread_mutexattr_destroy, (pthread_mutexattr_t *a))
NANOBUILD_ALWAYS(0, pthread_mutexattr_settype, (pthread_mutexattr_t *a, int type))
NANOBUILD_ALWAYS(0, pthread_mutex_init, (pthread_mutex_t *m, const pthread_mutexattr_t *a))
NANOBUILD_ALWAYS(0, pthread_mutex_destroy, (pthread_mutex_t *m))
NANOBUILD_ALWAYS(0, pthread_mutex_lock, (pthread_mutex_t *m))
NANOBUILD_ALWAYS(0, pthread_mutex_trylock, (pthread_mutex_t *m))
NANOBUILD_ALWAYS(0, pthread_mutex_unlock, (pthread_mutex_t *m))

NANOBUILD_ALWAYS(0, pthread_spin_init, (pthread_spinlock_t *s, int shared))
NANOBUILD_ALWAYS(0, pthread_spin_destroy, (pthread_spinlock_t *s))
NANOBUILD_ALWAYS(0, pthread_spin_lock, (pthread_spinlock_t *s))
NANOBUILD_ALWAYS(0, pthread_spin_trylock, (pthread_spinlock_t *s))
NANOBUILD_ALWAYS(0, pthread_spin_unlock, (pthread_spinlock_t *s))

NANOBUILD_ALWAYS(0, pthread_rwlock_init, (pthread_rwlock_t *l, const pthread_rwlockattr_t *a))
NANOBUILD_ALWAYS(0, pthread_rwlock_destroy, (pthread_rwlock_t *l))
NANOBUILD_ALWAYS(0, pthread_rwlock_rdlock, (pthread_rwlock_t *l))
NANOBUILD_ALWAYS(0, pthread_rwlock_tryrdlock, (pthread_rwlock_t *l))
NANOBUILD_ALWAYS(0, pthread_rwlock_wrlock, (pthread_rwlock_t *l))
NANOBUILD_ALWAYS(0, pthread_rwlock_trywrlock, (pthread_rwlock_t *l))
NANOBUILD_ALWAYS(0, pthread_rwlock_unlock, (pthread_rwlock_t *l))

NANOBUILD_ALWAYS(0, pthread_condattr_init, (pthread_condattr_t *a))
NANOBUILD_ALWAYS(0, pthread_condattr_destroy, (pthread_condattr_t *a))
NANOBUILD_ALWAYS(0, pthread_condattr_setclock, (pthread_condattr_t *a, clockid_t clock))
NANOBUILD_ALWAYS(0, pthread_cond_init, (pthread_cond_t *c, const pthread_condattr_t *a))
NANOBUILD_ALWAYS(0, pthread_cond_destroy, (pthread_cond_t *c))
NANOBUILD_ALWAYS(0, pthread_cond_signal, (pthread_cond_t *c))
NANOBUILD_ALWAYS(0, pthread_cond_broadcast, (pthread_cond_t *c))
NANOBUILD_ALWAYS(ETIMEDOUT, pthread_cond_timedwait, (pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *t))

#undef NANOBUILD_ALWAYS

/* Nobody can signal it: better a trap than waiting for ever. */
static __inline__ int pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m) { __builtin_trap(); }

static __inline__ pthread_t pthread_self(void) { return (pthread_t)1; }
static __inline__ int pthread_equal(pthread_t a, pthread_t b) { return a == b; }

static __inline__ int pthread_once(pthread_once_t *once, void (*run)(void)) {
    if (!*once) {
        *once = 1;
        run();
    }
    return 0;
}

/* What belongs to the thread: weak, so that every object file of a guest shares it. Destructors never run, as the
 * thread never ends. */
#define PTHREAD_KEYS_MAX 128
__attribute__((weak)) const void *nanobuild_pthread_values[PTHREAD_KEYS_MAX];
__attribute__((weak)) pthread_key_t nanobuild_pthread_keys;

static __inline__ int pthread_key_create(pthread_key_t *key, void (*drop)(void *)) {
    if (nanobuild_pthread_keys == PTHREAD_KEYS_MAX) return EAGAIN;
    *key = nanobuild_pthread_keys++;
    return 0;
}
static __inline__ int pthread_key_delete(pthread_key_t key) { return key < nanobuild_pthread_keys ? 0 : EINVAL; }
static __inline__ void *pthread_getspecific(pthread_key_t key) {
    return key < nanobuild_pthread_keys ? (void *)nanobuild_pthread_values[key] : 0;
}
static __inline__ int pthread_setspecific(pthread_key_t key, const void *value) {
    if (key >= nanobuild_pthread_keys) return EINVAL;
    nanobuild_pthread_values[key] = value;
    return 0;
}

#ifdef __cplusplus
}
#endif

#endif
