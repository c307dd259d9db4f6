import Tensors

/// Images and labels of one shard's step.
public struct Batch: Sendable {
    /// `[N, H, W, 3]`, RGB in 0…1.
    public var images: Tensor
    /// Objects of all images.
    public var labels: BoxLabels
    /// One per image, in order.
    public var sources: [ImageSource]

    /// A batch of its parts.
    public init(images: Tensor, labels: BoxLabels, sources: [ImageSource]) {
        self.images = images
        self.labels = labels
        self.sources = sources
    }
}

/// Labelled boxes of a batch.
public struct BoxLabels: Equatable, Sendable {
    /// One labelled object.
    public struct Object: Equatable, Sendable {
        /// 0-based image in the batch.
        public var image: Int
        /// 0-based class.
        public var category: Int
        /// Centre x, centre y, width, height in fractions of the network input.
        public var box: SIMD4<Float>

        /// An object of its parts.
        public init(image: Int, category: Int, box: SIMD4<Float>) {
            self.image = image
            self.category = category
            self.box = box
        }
    }

    /// Objects ordered by image; within an image in the order of the label file.
    public var objects: [Object]
    /// Number of images, those without objects included.
    public var imageCount: Int

    /// Labels of `imageCount` images.
    public init(objects: [Object], imageCount: Int) {
        self.objects = objects
        self.imageCount = imageCount
    }
}

/// Where an image of a batch came from, and how it was brought to the input size.
public struct ImageSource: Equatable, Sendable {
    /// Index in the split, the same on every rank.
    public var index: Int
    /// The file.
    public var path: String
    /// Height of the file after EXIF rotation.
    public var height: Int
    /// Width of the file after EXIF rotation.
    public var width: Int
    /// Input pixels per original pixel along x and y.
    public var gain: SIMD2<Float>
    /// Padding left and top in input pixels.
    public var padding: SIMD2<Float>

    /// A source of its parts.
    public init(index: Int, path: String, height: Int, width: Int, gain: SIMD2<Float>, padding: SIMD2<Float>) {
        self.index = index
        self.path = path
        self.height = height
        self.width = width
        self.gain = gain
        self.padding = padding
    }
}

extension Batch {
    /// All images of several batches of equal image size, in order.
    public static func joined(_ batches: [Batch]) -> Batch {
        if batches.count == 1 { return batches[0] }
        let shape = batches[0].images.shape
        let count = batches.reduce(0) { $0 + $1.images.shape.n }
        let images = Tensor(Shape(count, shape.height, shape.width, shape.channels))
        var objects: [BoxLabels.Object] = []
        var start = 0
        for batch in batches {
            images.images(start..<start + batch.images.shape.n).copy(from: batch.images)
            for var object in batch.labels.objects {
                object.image += start
                objects.append(object)
            }
            start += batch.images.shape.n
        }
        return Batch(
            images: images, labels: BoxLabels(objects: objects, imageCount: count), sources: batches.flatMap(\.sources))
    }

    /// At most `count` images, those with labels first.
    public func sample(_ count: Int) -> Batch {
        let labelled = Set(labels.objects.map(\.image))
        let order = labelled.sorted() + (0..<labels.imageCount).filter { !labelled.contains($0) }
        let parts = order.prefix(count).map { index in
            let objects = labels.objects.filter { $0.image == index }.map { object in
                BoxLabels.Object(image: 0, category: object.category, box: object.box)
            }
            return Batch(
                images: images.images(index..<index + 1), labels: BoxLabels(objects: objects, imageCount: 1),
                sources: [sources[index]])
        }
        return parts.isEmpty ? self : Batch.joined(Array(parts))
    }
}
