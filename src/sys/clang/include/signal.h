/* Signals for a guest, which gets none: sets of them can be made and blocked, to no effect. */
#define _WASI_EMULATED_SIGNAL
#include_next <signal.h>
#ifndef NANOBUILD_SIGNAL_H
#define NANOBUILD_SIGNAL_H

#ifndef SIG_BLOCK
#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2
#endif

#define __NEED_sigset_t
#include <bits/alltypes.h>

#ifdef __cplusplus
extern "C" {
#endif

static __inline__ int sigemptyset(sigset_t *set) { return __builtin_memset(set, 0, sizeof *set), 0; }
static __inline__ int sigfillset(sigset_t *set) { return __builtin_memset(set, 255, sizeof *set), 0; }
static __inline__ int sigaddset(sigset_t *set, int signal) { return 0; }
static __inline__ int sigdelset(sigset_t *set, int signal) { return 0; }
static __inline__ int sigismember(const sigset_t *set, int signal) { return 0; }
static __inline__ int sigprocmask(int how, const sigset_t *set, sigset_t *old) { return 0; }
static __inline__ int pthread_sigmask(int how, const sigset_t *set, sigset_t *old) { return 0; }

#ifdef __cplusplus
}
#endif

#endif
