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

// Every allocation records where it was made. Distribution libraries have no frame pointers, so that only the slow unwinder finds
// the frames that suppressions name: tests under mpirun ask for it by ASAN_OPTIONS=fast_unwind_on_malloc=0. It makes tests of many
// small arrays fifty times slower.
const char* __asan_default_options() { return "detect_stack_use_after_return=1:exitcode=99"; }

const char* __ubsan_default_options() { return "print_stacktrace=1:halt_on_error=1"; }

const char* __lsan_default_options() { return "print_suppressions=0"; }

// What Open MPI and its helpers keep until exit; leaks of kairos itself are reported.
const char* __lsan_default_suppressions() {
    return "leak:libmpi.so\nleak:libopen-rte.so\nleak:libopen-pal.so\nleak:mca_\nleak:libpmix\nleak:"
           "libhwloc\nleak:libevent\n";
}
}
