import CHost
import Layers
import Tensors

/// Where the memory of a rank goes, in bytes, and whether a steady step takes more.
struct BenchMemory: Codable {
    /// The student's parameters and running statistics.
    var studentWeights = 0
    /// The teacher's, and what was prepared from them for its convolutions.
    var teacherWeights = 0
    /// The part of them that all ranks of the host have in the same pages.
    var shared = 0
    /// Gradients, sums over ranks, the optimizer's state, the average.
    var training = 0
    /// The student's tape and the gradients of its maps, at their largest.
    var studentMaps = 0
    /// The teacher's maps at their largest; in the same room, before the student's.
    var teacherMaps = 0
    /// Room of kernels at its largest.
    var scratch = 0
    /// All that was resident at the largest.
    var peak = 0
    /// Medians of the timed steps.
    var pageFaultsPerStep = 0
    var buffersPerStep = 0

    /// The program, its libraries, images, and gaps between tensors.
    var other = 0

    /// One line for people.
    var text: String {
        func megabytes(_ bytes: Int) -> String { String(Int((Double(bytes) / 1_048_576).rounded())) }
        let sharing = shared > 0 ? " (\(megabytes(shared)) of it once for all ranks of a host)" : ""
        return """
            peak memory \(megabytes(peak)) MB: weights of the student \(megabytes(studentWeights)) and of the teacher \
            \(megabytes(teacherWeights))\(sharing), gradients, optimizer and average \(megabytes(training)), student's maps \
            \(megabytes(studentMaps)) (before them, in the same room, the teacher's \(megabytes(teacherMaps))), scratch \
            \(megabytes(scratch)), other \(megabytes(other))
            a steady step takes \(buffersPerStep) buffers from the system and has \(pageFaultsPerStep) page faults
            """
    }
}

/// Watches the memory of passes and steps while they are measured.
struct MemoryWatch {
    private(set) var memory = BenchMemory()
    private var faults: [Int] = []
    private var buffers: [Int] = []

    init(_ teacher: TeacherPreparation) { (memory.teacherWeights, memory.shared) = (teacher.prepared, teacher.shared) }

    /// A pass of the teacher.
    mutating func teacher(_ body: () -> Void) { note(TensorMemory.peak(during: body), as: \.teacherMaps) }

    /// A step of the student alone.
    mutating func student<Result>(_ body: () throws -> Result) rethrows -> Result {
        let peak = try TensorMemory.peak(during: body)
        note(peak, as: \.studentMaps)
        return peak.result
    }

    /// A whole step.
    mutating func step<Result>(_ body: () throws -> Result) rethrows -> Result {
        let (faultsBefore, before) = (Int(chost_page_faults()), TensorMemory.now.fresh)
        let result = try body()
        faults.append(Int(chost_page_faults()) - faultsBefore)
        buffers.append(TensorMemory.now.fresh - before)
        return result
    }

    private mutating func note<Result>(
        _ peak: (result: Result, pass: Int, scratch: Int), as kind: WritableKeyPath<BenchMemory, Int>
    ) {
        memory[keyPath: kind] = max(memory[keyPath: kind], peak.pass)
        memory.scratch = max(memory.scratch, peak.scratch)
    }

    /// All that was seen; the first step fills the pool and does not count.
    func result(student: Weights, teacher: Weights, training: Int) -> BenchMemory {
        func median(_ counts: [Int]) -> Int {
            let steady = counts.dropFirst().sorted()
            return steady.isEmpty ? 0 : steady[steady.count / 2]
        }
        var result = memory
        result.studentWeights += 4 * student.values.count
        result.teacherWeights += 4 * teacher.values.count
        result.training = training
        result.peak = Int(chost_peak_resident_bytes())
        result.other =
            result.peak - result.studentWeights - result.teacherWeights - training
            - max(result.studentMaps, result.teacherMaps) - result.scratch
        result.pageFaultsPerStep = median(faults)
        result.buffersPerStep = median(buffers)
        return result
    }
}
