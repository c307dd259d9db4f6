import Configuration
import Tensors

/// The training transforms of a recipe, in the reference's order.
///
/// Every draw comes from a stream keyed by (seed, epoch, image, purpose).
struct Augmentation {
    let recipe: Recipe
    let store: PictureStore
    let epoch: Int
    let mates: Mates.Pool
    let timer: StageTimer
    /// Whether mosaic and mixup are over for this run.
    let isClosing: Bool

    init(recipe: Recipe, store: PictureStore, epoch: Int, mates: Mates.Pool, timer: StageTimer) {
        self.recipe = recipe
        self.store = store
        self.epoch = epoch
        self.mates = mates
        self.timer = timer
        isClosing = Augmentation.isClosing(epoch: epoch, recipe: recipe)
    }

    /// Whether an epoch (from 0) is one of the last without mosaic. In 8.3 a run shorter than `close_mosaic` never closes.
    static func isClosing(epoch: Int, recipe: Recipe) -> Bool {
        let first = recipe.epochs - recipe.closeMosaic
        return recipe.closeMosaic > 0 && epoch >= first && (recipe.compat == .current || first >= 0)
    }

    /// The augmented picture at the input size, its labels, and what the last pass does with them.
    func sample(_ index: Int) throws -> (Sample, Finish) {
        var sample = try composed(index, base: index, part: 0)
        var stream = random(index, .mixup)
        if !isClosing, recipe.mixup > 0, stream.uniform() < recipe.mixup {
            let mate = mates.draw(&stream)
            let share = stream.beta(32, 32)
            let other = try composed(mate, base: index, part: 1)
            sample = timer.measure(.affine) { mixed(sample, other, share: share) }
        }
        let finish = finish(index)
        finish.apply(to: &sample)
        return (sample, finish)
    }

    private func random(_ index: Int, _ purpose: Purpose, part: Int = 0) -> RandomStream {
        RandomStream(recipe.seed, epoch, index, purpose.rawValue, part)
    }

    /// Mosaic and affine transform of image `index`, with the draws of image `base`.
    private func composed(_ index: Int, base: Int, part: Int) throws -> Sample {
        let size = recipe.imageSize
        let sample = try mosaic(index, base: base, part: part)
        var stream = random(base, .affine, part: part)
        let affine = RandomAffine(
            of: sample.picture, height: size.height, width: size.width, recipe: recipe, stream: &stream)
        return timer.measure(.affine) { affine.apply(to: sample) }
    }

    private func mosaic(_ index: Int, base: Int, part: Int) throws -> Sample {
        let size = recipe.imageSize
        var stream = random(base, .mosaic, part: part)
        if isClosing || stream.uniform() >= recipe.mosaic {
            let sample = try Sample(store, index, timer)
            return recipe.compat == .v83 ? timer.measure(.letterbox) { letterboxed(sample, size) } : sample
        }
        let others = (0..<3).map { _ in mates.draw(&stream) }
        let mosaic = Mosaic(inputHeight: size.height, inputWidth: size.width, stream: &stream)
        let samples = try ([index] + others).map { try Sample(store, $0, timer) }
        return timer.measure(.mosaic) { mosaic.assemble(samples) }
    }

    /// 8.3 pads a picture to the input size before it is transformed.
    private func letterboxed(_ sample: Sample, _ size: (height: Int, width: Int)) -> Sample {
        let box = Letterbox(height: sample.picture.height, width: sample.picture.width, into: size)
        let shift = SIMD4(Float(box.left), Float(box.top), Float(box.left), Float(box.top))
        return Sample(
            picture: box.apply(to: sample.picture),
            objects: sample.objects.map {
                Sample.Object(category: $0.category, box: $0.box * Float(box.ratio) + shift)
            },
            hasPolygons: sample.hasPolygons)
    }

    private func finish(_ index: Int) -> Finish {
        var color = random(index, .color), flip = random(index, .flip)
        return Finish(
            jitter: ColorJitter(recipe: recipe, stream: &color), flipsVertically: flip.uniform() < recipe.flipud,
            flipsHorizontally: flip.uniform() < recipe.fliplr, reversesChannels: flip.uniform() < recipe.bgr)
    }
}
