# The parts that a deployment needs; network, cluster, load balancer and roles are in other files.

resource "aws_ecs_task_definition" "first" {
  family                   = "cakes"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  # Only for the creation of the service. The workflow registers all later revisions, from taskdef.json.
  container_definitions = jsonencode([{
    name         = "cakes"
    image        = "public.ecr.aws/nginx/nginx:stable"
    portMappings = [{ containerPort = 8080 }]
  }])
  skip_destroy = true
}

resource "aws_ecs_service" "cakes" {
  name            = "cakes"
  cluster         = aws_ecs_cluster.production.id
  task_definition = aws_ecs_task_definition.first.arn
  desired_count   = 2
  launch_type     = "FARGATE"

  network_configuration {
    subnets         = aws_subnet.private[*].id
    security_groups = [aws_security_group.tasks.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.cakes.arn
    container_name   = "cakes"
    container_port   = 8080
  }
  lifecycle {
    # The workflow deploys, and autoscaling sets the count. With CodeDeploy, add load_balancer.
    ignore_changes = [task_definition, desired_count]
  }
}

output "cluster" { value = aws_ecs_cluster.production.name }
output "service" { value = aws_ecs_service.cakes.name }
output "repository" { value = aws_ecr_repository.cakes.name }
output "execution_role_arn" { value = aws_iam_role.execution.arn }
output "log_group" { value = aws_cloudwatch_log_group.cakes.name }
