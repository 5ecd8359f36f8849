"""What a render's thread has done in the window's thread."""


def test_errands_of_another_thread(blender):
    said = blender.run("window_thread").said
    assert said["here"] == [6, True]
    assert said["there"] == [7, True]
    assert said["within"] == [8, True]
    assert said["raised"] == "as it should"
    assert said["alone"] == 1
