module example.com/wxapp

go 1.22
