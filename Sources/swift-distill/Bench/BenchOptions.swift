/// What `bench` measures.
struct BenchOptions {
    var student: String
    var teacher: String
    /// Side of the images, a multiple of 32.
    var size: Int
    /// Images per rank and step.
    var batch: Int
    /// Steps that are timed, after one that is not.
    var steps: Int
    /// Compute threads per rank, 0 for those a run would choose.
    var threads: Int
    /// Steps that are profiled after all others.
    var profiledSteps: Int
}
