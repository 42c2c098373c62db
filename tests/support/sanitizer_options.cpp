// Defaults of the sanitizers, compiled into every program of a sanitizer build. Environment variables still
// win.
extern "C" {

// MPI_Finalize unloads Open MPI's plugins; a leak report at exit could then no longer name the plugin that a
// frame was in, and no suppression would match. So nothing is unloaded.
int dlclose(void*);
int dlclose(void*) { return 0; }

const char* __asan_default_options();
const char* __ubsan_default_options();
const char* __lsan_default_options();
const char* __lsan_default_suppressions();

// Distribution libraries have no frame pointers: the fast unwinder would lose the frames that suppressions
// name. For a faster run without leak detection: ASAN_OPTIONS=detect_leaks=0:fast_unwind_on_malloc=1.
const char* __asan_default_options() {
    return "fast_unwind_on_malloc=0:detect_stack_use_after_return=1:exitcode=99";
}

const char* __ubsan_default_options() { return "print_stacktrace=1:halt_on_error=1"; }

const char* __lsan_default_options() { return "print_suppressions=0"; }

// What Open MPI and its helpers keep until exit; leaks of kairos itself are reported.
const char* __lsan_default_suppressions() {
    return "leak:libmpi.so\nleak:libopen-rte.so\nleak:libopen-pal.so\nleak:mca_\nleak:libpmix\nleak:"
           "libhwloc\nleak:libevent\n";
}
}
