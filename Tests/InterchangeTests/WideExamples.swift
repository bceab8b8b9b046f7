/// Nests that attain points of ../shared/wide/examples.txt under the rule `overlap`, one word holding one bit.
enum WideExamples {
  /// A line `layer K C P Q R S stride dilation padding H W`, then lines `words held:words moved nest`.
  static let nests = """
    layer 3 3 4 1 1 1 1 1 0 4 1
    3:73 k:1 p:1~ c:1~ [weights] [inputs] [outputs]
    4:61 p:2~ k:1~ [outputs] c:1~ p:1~ [inputs] [weights]
    5:55 k:1 [weights] p:1~ c:2~ c:1~ [inputs] [outputs]
    6:53 k:1 p:1~ [weights] c:2~ [inputs] [outputs]
    7:49 p:2 k:2~ c:1~ [outputs] k:1 [weights] [inputs]
    9:41 p:2~ k:1~ [inputs] c:1~ [weights] [outputs]
    10:39 p:2 c:1~ [outputs] p:1~ [weights] [inputs]
    13:33 [weights] p:1~ k:1~ [outputs] [inputs]
    layer 4 3 3 1 1 1 1 1 0 3 1
    3:73 p:1~ k:1~ [outputs] c:1~ [weights] [inputs]
    4:61 k:2~ p:1~ c:1~ [inputs] [outputs] k:1~ [weights]
    5:55 p:1~ [inputs] k:1~ c:1~ [outputs] [weights]
    6:53 p:1 k:1~ [outputs] [inputs] c:2~ [weights]
    7:49 k:2 p:2~ c:1~ [outputs] [weights] p:1~ [inputs]
    9:41 k:2 c:1~ [weights] [outputs] p:1~ [inputs]
    10:39 k:2 p:1~ [weights] k:1 [inputs] [outputs]
    13:33 [inputs] k:1 p:1~ [outputs] [weights]
    layer 2 4 5 1 1 1 1 1 0 5 1
    3:81 k:1 p:1~ c:1~ [weights] [outputs] [inputs]
    4:66 p:1 [outputs] c:1~ k:1~ [weights] [inputs]
    5:62 p:1~ [outputs] c:1~ [weights] [inputs]
    6:57 k:1~ p:1~ [weights] [outputs] c:1~ [inputs]
    7:50 p:2~ [outputs] c:1~ p:1 [inputs] [weights]
    9:44 p:3 c:1~ [outputs] p:1~ [inputs] [weights]
    11:38 [weights] p:1~ c:1 [inputs] [outputs]
    layer 5 2 4 1 1 1 1 1 0 4 1
    3:81 k:1 p:1~ c:1~ [weights] [inputs] [outputs]
    4:65 p:1 k:1~ [inputs] [outputs] c:1~ [weights]
    5:62 k:1 p:1~ [inputs] [outputs] [weights]
    6:57 p:2~ k:1~ [inputs] p:1 c:1~ [weights] [outputs]
    7:46 p:2 [inputs] k:1~ [weights] p:1~ [outputs]
    9:44 k:3~ p:3~ p:1 [inputs] [weights] k:1~ [outputs]
    11:38 [inputs] k:1~ p:1 [outputs] [weights]
    layer 2 2 4 1 2 1 1 1 0 5 1
    3:65 p:1 k:1~ r:1~ c:1~ [weights] [inputs] [outputs]
    4:46 k:1~ p:2 c:1~ [outputs] r:1 p:1 [inputs] [weights]
    6:40 p:2 k:1~ c:1~ [inputs] r:1~ [weights] [outputs]
    7:35 p:2~ [outputs] c:1~ r:1 k:1 [weights] [inputs]
    11:29 p:1 [weights] r:1 c:1~ [inputs] [outputs]
    12:26 p:1~ [outputs] [weights] r:1 [inputs]
    layer 3 2 3 1 2 1 1 1 0 4 1
    3:73 k:1 p:1~ [outputs] c:1~ r:1~ [weights] [inputs]
    4:60 k:1~ p:2 c:1~ r:1 [outputs] p:1 [weights] [inputs]
    5:53 k:1 c:1~ p:1~ [inputs] [weights] [outputs]
    6:45 k:1 [outputs] c:1 p:1 [weights] r:1 [inputs]
    7:39 k:1 c:1~ r:1~ [inputs] [outputs] [weights]
    8:37 k:1~ c:1~ [inputs] r:1 [weights] [outputs]
    10:33 k:1~ [outputs] r:1~ [inputs] c:1 [weights]
    12:29 k:1 [inputs] r:1~ c:1~ [weights] [outputs]
    layer 2 1 5 1 3 1 1 1 0 7 1
    3:61 p:1 k:1~ [outputs] r:1~ [weights] [inputs]
    4:48 k:1~ p:2~ r:2~ r:1 [outputs] p:1 [inputs] [weights]
    6:38 k:1~ p:1 [outputs] [weights] r:2 [inputs]
    7:27 k:1 p:1~ [weights] [outputs] [inputs]
    8:26 k:1 p:3~ p:2~ [inputs] [weights] p:1~ [outputs]
    10:23 [weights] p:1~ [inputs] k:1 [outputs]
    layer 2 2 3 1 2 1 2 1 0 6 1
    3:49 p:1~ k:1~ c:1~ [outputs] r:1~ [weights] [inputs]
    4:40 p:1 r:1~ c:1~ [outputs] k:1~ [inputs] [weights]
    6:36 k:1 r%2~ [outputs] c:1~ p:2~ [weights] [inputs]
    7:32 p%2 c:1~ r:1~ [weights] [outputs] p:1~ [inputs]
    9:26 c:1 [outputs] r%2~ [weights] p%3~ [inputs]
    layer 2 1 4 1 3 1 2 1 0 9 1
    3:49 p:1 k:1~ r%3~ [outputs] [weights] [inputs]
    5:32 k:1~ [weights] p:1 r:1 [outputs] [inputs]
    7:28 p:2 [outputs] r%2~ r:1 [weights] p:1 [inputs]
    9:23 p:1~ [weights] r:1 [inputs] [outputs]
    layer 1 2 4 1 4 1 2 1 0 10 1
    4:43 p:2 r%2~ c:1~ r:1 [outputs] p:1 [inputs] [weights]
    7:32 [outputs] c:1 r%2~ p:1 [weights] r:1 [inputs]
    """
}
