import CHost
import Collectives
import Configuration
import Datasets
import Diagnostics
import Layers
import Models
import Tensors
import Training

/// What a rank of a run takes in memory at its largest, part by part: an estimate, before anything large is made.
///
/// Maps grow with the pixels of a batch, so passes over one small image tell what a step takes.
struct RunMemory {
    /// A part, in bytes.
    struct Part {
        var name: String
        var bytes: Int
    }

    private(set) var parts: [Part] = []
    /// What is there already: the program, its libraries, models, the list of images.
    private let resident: Int
    private let recipe: Recipe
    private let batch: Int

    /// Side of the small image; its maps are large enough that rounded sizes matter little.
    private static let side = 128
    /// Parts are estimates: a run may take so much less than the estimate.
    private static let doubt = 1.25

    /// - Parameters:
    ///   - loaders: threads that prepare batches.
    ///   - catalogs: of training and validation.
    init(
        _ recipe: Recipe, _ plan: RunPlan, student: Detector, teacher: Detector?, loaders: Int,
        train: ImageCatalog, val: ImageCatalog, ranks: any Communicator
    ) throws {
        resident = Int(chost_resident_bytes())
        self.recipe = recipe
        batch = plan.shards.batch
        add("the program and its models", resident)
        let state = RunMemory.stateBytes(student.weights, adam: !plan.rule.usesSGD, plan, ranks: ranks)
        add("gradients, optimizer and average", state)
        try addMaps(student, teacher, ranks: ranks)
        try addImages(plan, loaders: loaders, train: train, val: val, ranks: ranks)
        // The checkpoint as tensors, as bytes, and read back; rank 0 writes it.
        let checkpoint = 4 * student.weights.values.count + state
        if ranks.rank == 0 { add("a checkpoint being written", 3 * checkpoint / 2) }
    }

    private mutating func add(_ name: String, _ bytes: Int) { parts.append(Part(name: name, bytes: bytes)) }

    private static func stateBytes(_ weights: Weights, adam: Bool, _ plan: RunPlan, ranks: any Communicator) -> Int {
        // Gradients, their sums, the average, and the model that is validated; what is gathered, and the optimizer's.
        let whole = 4 + (ranks.size > 1 || plan.local.count > 1 ? 2 : 0)
        return 4 * (whole * weights.values.count + (adam ? 3 : 2) * weights.parameterCount)
    }

    private mutating func addMaps(_ student: Detector, _ teacher: Detector?, ranks: any Communicator) throws {
        let learned = try RunMemory.pass(of: student, recomputes: recipe.checkpointActivations, trains: true)
        let judged = try RunMemory.pass(of: student, recomputes: false, trains: false)
        let taught = try teacher.map { try RunMemory.pass(of: $0, recomputes: false, trains: false) }
        let pixels = Double(recipe.imageSize.height * recipe.imageSize.width) / Double(RunMemory.side * RunMemory.side)
        func scaled(_ bytes: Int, images: Int) -> Int { Int(Double(bytes) * pixels * Double(images)) }
        // The teacher's come before the student's, those of validation after; in the same room.
        let step = max(scaled(learned.maps, images: batch), scaled(taught?.maps ?? 0, images: batch))
        add("maps of \(counted(batch, "image"))", max(step, scaled(judged.maps, images: 2 * batch)))
        add("weights prepared for convolutions", judged.prepared + (taught?.prepared ?? 0) / ranks.local.size)
        add("room of kernels", max(learned.scratch, judged.scratch, taught?.scratch ?? 0))
        releaseUnusedMemory()
    }

    /// What one pass over a small image takes, and leaves.
    private static func pass(
        of model: Detector, recomputes: Bool, trains: Bool
    ) throws -> (maps: Int, scratch: Int, prepared: Int) {
        let twin = try model.twin()
        let image = Tensor(Shape(1, side, side, 3), repeating: 0)
        let before = TensorMemory.now.lasting
        let peak = TensorMemory.peak {
            guard trains else { return _ = twin(Activation(image)) }
            let tape = Tape(recomputes: recomputes)
            let answer = twin(Activation(image, recordedOn: tape))
            twin.weights.beginGradients(statistics: twin.weights.observedStatistics)
            for output in [answer.boxes, answer.scores] { output.receive { gradient, _ in gradient.fill(0) } }
            tape.backward()
        }
        return (peak.pass, peak.scratch, trains ? 0 : TensorMemory.now.lasting - before)
    }

    private mutating func addImages(
        _ plan: RunPlan, loaders: Int, train: ImageCatalog, val: ImageCatalog, ranks: any Communicator
    ) throws {
        let size = recipe.imageSize
        let one = 12 * size.height * size.width
        let local = plan.local.count
        let ahead = RunMemory.ahead(max(loaders + 2, 2 * local), batch: batch * one)
        let judged = min(RunMemory.ahead(8, batch: 2 * batch * one), val.count * one / ranks.size + one)
        add("batches", ahead + local * batch * one + judged)
        let recent = local * BatchLoader.recentPictures(batch: batch)
        let pictures = try [(train, recent), (val, 0)].reduce(0) { sum, kept in
            let limit = try PictureStore.limit(
                for: recipe, catalogs: [kept.0], processes: ranks.local.size, recent: kept.1)
            return sum + min(PictureStore.bytes(of: kept.0, target: size), limit)
        }
        add("pictures", pictures)
    }

    /// Bytes of batches that are prepared ahead.
    private static func ahead(_ count: Int, batch: Int) -> Int {
        min(count * batch, max(Prefetcher.byteLimit, batch))
    }

    /// All parts.
    var total: Int { parts.reduce(0) { $0 + $1.bytes } }

    /// One line for people.
    var text: String {
        let list = parts.map { "\($0.name) \($0.bytes >> 20)" }.joined(separator: ", ")
        return "about \(total >> 20) MB of memory a rank: \(list)"
    }

    /// Throws where this is far more than the host, its control groups or a limit on addresses leave to a rank.
    ///
    /// - Returns: a warning where it may be more.
    /// - Throws: `Problem` of exit code `environment`.
    func check(ranks: any Communicator) throws -> String? {
        let memory = PictureStore.freeMemory() / ranks.local.size
        // Addresses are also what is reserved for tensors and not in use.
        let tensors = TensorMemory.now
        let addresses = Int(chost_free_addresses())
        let isLimited = addresses >= 0 && addresses + tensors.reserved - tensors.kept < memory
        let free = isLimited ? addresses + tensors.reserved - tensors.kept : memory
        let more = total - resident
        guard more > free else { return nil }
        let isShared = ranks.local.size > 1
        let message =
            "\(text); \(free >> 20) MB are free beside what it has"
            + (isShared ? ", for each of the \(ranks.local.size) ranks here" : "")
        let side = max(recipe.imageSize.height, recipe.imageSize.width)
        let remedy =
            "Lower `batch` (\(batch)) or `imgsz` (\(side))"
            + (recipe.checkpointActivations ? "" : ", set checkpoint_activations=true")
            + (isLimited
                ? ", or raise the limit on addresses (ulimit -v)" : isShared ? ", or start fewer ranks here" : "")
        guard Double(more) <= RunMemory.doubt * Double(free) else {
            throw Problem("the run takes " + message, remedy: remedy, exit: .environment)
        }
        return "warning: the run may take more memory than there is: \(message). \(remedy)."
    }
}
