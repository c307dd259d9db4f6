/// Which indices `torch.topk` (2.13, CPU) returns for ten of mostly equal values: recorded, since it promises none.
struct TiesOfPyTorch: Sendable {
    let count: Int
    /// Values 0.5 + i / 16 at these places, 0 elsewhere.
    let positives: [Int]
    let selected: [Int]

    static let cases = [
        TiesOfPyTorch(
            count: 84, positives: [],
            selected: [52, 53, 54, 55, 56, 57, 58, 60, 61, 62]),
        TiesOfPyTorch(
            count: 84, positives: [3, 40, 41],
            selected: [3, 40, 41, 51, 54, 55, 56, 57, 60, 62]),
        TiesOfPyTorch(
            count: 126, positives: [70, 20, 125],
            selected: [20, 70, 80, 81, 82, 83, 84, 85, 93, 125]),
        TiesOfPyTorch(
            count: 252, positives: [0, 100, 7, 251, 33],
            selected: [0, 7, 33, 100, 159, 166, 167, 168, 172, 251]),
        TiesOfPyTorch(
            count: 315, positives: [200],
            selected: [200, 207, 208, 209, 210, 211, 212, 213, 214, 215]),
        TiesOfPyTorch(
            count: 639, positives: [5, 600, 300, 301],
            selected: [5, 300, 301, 422, 425, 426, 427, 428, 430, 600]),
        TiesOfPyTorch(
            count: 640, positives: [5, 600, 300, 301],
            selected: [1, 3, 4, 5, 7, 8, 9, 300, 301, 600]),
        TiesOfPyTorch(
            count: 640, positives: [639, 2, 1],
            selected: [0, 1, 2, 3, 4, 5, 7, 8, 9, 639]),
        TiesOfPyTorch(
            count: 2100, positives: [],
            selected: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        TiesOfPyTorch(
            count: 8400, positives: [8000, 4, 77, 3],
            selected: [0, 1, 3, 4, 5, 7, 8, 9, 77, 8000]),
    ]
}
