/// Bytes that the tensors of this process have, by what they are for.
public struct TensorMemory: Sendable {
    /// Values of passes under way: activations, gradients, images.
    public var pass = 0
    /// What outlives passes, such as weights that were prepared for a convolution.
    public var lasting = 0
    /// Room that kernels have for the time of a call.
    public var scratch = 0
    /// The most that `pass` was since the peaks were last forgotten.
    public var peakPass = 0
    /// The same of `scratch`.
    public var peakScratch = 0
    /// All that was taken from the system and not given back, in use or not.
    public var kept = 0
    /// Addresses that are reserved for large tensors, in use or not.
    public var reserved = 0
    /// How often memory was taken from the system: a steady step leaves it alone.
    public var fresh = 0

    /// No memory yet.
    init() {}

    mutating func count(_ bytes: Int, _ purpose: BufferPool.Purpose) {
        switch purpose {
        case .pass:
            pass += bytes
            peakPass = max(peakPass, pass)
        case .lasting: lasting += bytes
        case .scratch:
            scratch += bytes
            peakScratch = max(peakScratch, scratch)
        }
    }

    mutating func forgetPeaks() { (peakPass, peakScratch) = (pass, scratch) }

    /// What the tensors of this process have now.
    public static var now: TensorMemory { BufferPool.memory }

    /// Runs `body`, and tells what passes and scratch had at most meanwhile, beyond what they had before. Not to be nested.
    public static func peak<Result>(
        during body: () throws -> Result
    ) rethrows -> (result: Result, pass: Int, scratch: Int) {
        BufferPool.forgetPeaks()
        let before = now
        let result = try body()
        let after = now
        return (result, after.peakPass - before.pass, after.peakScratch - before.scratch)
    }
}

/// Bytes that the tensors of this process have now.
public var tensorBytes: Int {
    let memory = TensorMemory.now
    return memory.pass + memory.lasting + memory.scratch
}

/// Returns every buffer that no tensor uses to the system; for between phases of different sizes.
public func releaseUnusedMemory() { BufferPool.empty() }
