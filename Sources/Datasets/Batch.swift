import Tensors

/// Images and labels of one shard's step.
public struct Batch: Sendable {
    /// `[N, H, W, 3]`, RGB in 0…1.
    public var images: Tensor
    public var labels: BoxLabels
    /// One per image, in order.
    public var sources: [ImageSource]

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
        public var category: Int
        /// Centre x, centre y, width, height in fractions of the network input.
        public var box: SIMD4<Float>

        public init(image: Int, category: Int, box: SIMD4<Float>) {
            self.image = image
            self.category = category
            self.box = box
        }
    }

    /// Objects ordered by image; within an image in the order of the label file.
    public var objects: [Object]
    public var imageCount: Int

    public init(objects: [Object], imageCount: Int) {
        self.objects = objects
        self.imageCount = imageCount
    }
}

/// Where an image of a batch came from, and how it was brought to the input size.
public struct ImageSource: Equatable, Sendable {
    /// Index in the split, the same on every rank.
    public var index: Int
    public var path: String
    /// Height and width of the file after EXIF rotation.
    public var height: Int
    public var width: Int
    /// Input pixels per original pixel, and padding left and top in input pixels.
    public var gain: SIMD2<Float>
    public var padding: SIMD2<Float>

    public init(index: Int, path: String, height: Int, width: Int, gain: SIMD2<Float>, padding: SIMD2<Float>) {
        self.index = index
        self.path = path
        self.height = height
        self.width = width
        self.gain = gain
        self.padding = padding
    }
}
